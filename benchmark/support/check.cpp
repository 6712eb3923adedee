#include "benchmark/support/check.hpp"

#include <cerrno>
#include <system_error>

namespace push::bench {

void fail(const std::string& text) {
  throw Failure(text);
}

void fail_errno(const std::string& call) {
  throw Failure(call + ": " + std::error_code(errno, std::generic_category()).message());
}

}  // namespace push::bench
