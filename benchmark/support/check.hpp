// A failure of the benchmark or of something that it verifies: thrown where detected, printed once by main, exit 1.
#pragma once
#include <string>

#include "support/socket.hpp"

namespace push::bench {

using support::Failure;

[[noreturn]] void fail(const std::string& text);
[[noreturn]] void fail_errno(const std::string& call);

// The result of a system call that must not fail.
template <class T>
T must(T result, const char* call) {
  if (result < 0) fail_errno(call);
  return result;
}

}  // namespace push::bench
