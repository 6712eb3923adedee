#include "push/core/check.hpp"

#include <cstdio>
#include <cstdlib>

#include "push/core/result.hpp"

namespace push::core {

void check_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "sharded-gotify: broken invariant: %s at %s:%d\n", expression, file, line);
  std::abort();
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  std::fprintf(stderr, "sharded-gotify: unhandled error: %s at %s:%u\n", error.text.c_str(), where.file_name(),
               static_cast<unsigned>(where.line()));
  std::abort();
}

}  // namespace push::core
