// Owns a file descriptor and closes it when destroyed. Any thread, one at a time.
#pragma once
#include <unistd.h>

#include <utility>

namespace push::core {

class Descriptor {
 public:
  Descriptor() = default;  // none
  // Takes over what open(), socket() and the like return; a negative number is none.
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      number_ = other.release();
    }
    return *this;
  }
  ~Descriptor() { reset(); }

  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }  // -1 = none
  // Ownership passes to the caller.
  [[nodiscard]] int release() { return std::exchange(number_, -1); }
  void reset() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

}  // namespace push::core
