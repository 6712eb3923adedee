#include "store/faults.hpp"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <string_view>

namespace push::store {

Faults& faults() {
  static Faults instance;
  return instance;
}

void Faults::arm(int from, int to, int number, bool half) {
  calls = 0;
  fail_to = to;
  error_number = number;
  short_write = half;
  fail_from = from;
}

namespace {

bool is_database(int descriptor) {
  std::array<char, 64> link{};
  std::array<char, 512> target{};
  std::snprintf(link.data(), link.size(), "/proc/self/fd/%d", descriptor);
  const ssize_t size = ::readlink(link.data(), target.data(), target.size());
  const std::string_view name(target.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  return name.find("gotify.db") != std::string_view::npos;
}

bool is_folder(int descriptor) {
  struct stat about {};
  return ::fstat(descriptor, &about) == 0 && S_ISDIR(about.st_mode);
}

bool fails(int descriptor) {
  Faults& state = faults();
  if (state.fail_from == 0 || !is_database(descriptor)) return false;
  const int call = ++state.calls;
  return call >= state.fail_from && (state.fail_to == 0 || call <= state.fail_to);
}

}  // namespace
}  // namespace push::store

// The exception specifications of the C library's declarations differ between compilers; asm names do not.
extern "C" ssize_t faulty_pwrite64(int descriptor, const void* bytes, std::size_t size, off_t offset) asm("pwrite64");
extern "C" int faulty_fdatasync(int descriptor) asm("fdatasync");
extern "C" int faulty_flock(int descriptor, int operation) asm("flock");

ssize_t faulty_pwrite64(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  const auto& state = push::store::faults();
  if (push::store::fails(descriptor)) {
    if (state.short_write && size > 1) syscall(SYS_pwrite64, descriptor, bytes, size / 2, offset);
    errno = state.error_number;
    return -1;
  }
  return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

int faulty_fdatasync(int descriptor) {
  auto& state = push::store::faults();
  if (push::store::is_database(descriptor)) ++state.syncs;
  if (state.folder_fails_in > 0 && push::store::is_folder(descriptor) && --state.folder_fails_in == 0) {
    errno = EIO;
    return -1;
  }
  if (push::store::fails(descriptor)) {
    errno = state.error_number;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

int faulty_flock(int descriptor, int operation) {
  if (const int error = push::store::faults().lock_error; error != 0) {
    errno = error;
    return -1;
  }
  return static_cast<int>(syscall(SYS_flock, descriptor, operation));
}
