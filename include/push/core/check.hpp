// An assertion that stays on in release: a broken invariant aborts the program and prints the location and the
// expression.
#pragma once

namespace push::core {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

// For std::set_terminate: prints the exception that nobody caught, and aborts. Unlike the library's own handler, it
// does not wait for ever if nobody reads standard error.
[[noreturn]] void terminated();
}  // namespace push::core

#define PUSH_CHECK(expression) \
  (static_cast<bool>(expression) ? static_cast<void>(0) : ::push::core::check_failed(#expression, __FILE__, __LINE__))
