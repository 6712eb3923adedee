// A lock on a file, which the kernel releases when its process ends, whatever ends it. Not inherited by programs.
#pragma once
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "support/socket.hpp"

namespace push::test {

class Flock {
 public:
  Flock() = default;
  // Waits for it. `kind`: LOCK_SH or LOCK_EX.
  Flock(const std::string& path, int kind) : Flock(path) {
    while (::flock(descriptor_, kind) != 0) {
      if (errno != EINTR) throw support::Failure("cannot lock " + path);
    }
  }
  // Does not wait: empty if somebody else's lock is in the way.
  static Flock try_to(const std::string& path, int kind) {
    Flock lock(path);
    return ::flock(lock.descriptor_, kind | LOCK_NB) == 0 ? std::move(lock) : Flock();
  }
  Flock(Flock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Flock& operator=(Flock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Flock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  explicit Flock(const std::string& path) : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) throw support::Failure("cannot open " + path);
  }

  int descriptor_ = -1;
};

}  // namespace push::test
