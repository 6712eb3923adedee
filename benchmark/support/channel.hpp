// Packets between the benchmark and a child that it forked.
#pragma once
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

#include "benchmark/support/check.hpp"
#include "push/core/descriptor.hpp"

namespace push::bench {

class Channel {
 public:
  Channel() = default;
  static std::pair<Channel, Channel> make();

  int fd() const { return fd_.get(); }
  void send(const void* data, std::size_t size) const;
  // Empty when the other side has closed; fails after the timeout.
  std::string receive(double timeout_seconds) const;

  template <class T>
  void send(const T& value) const {
    static_assert(std::is_trivially_copyable_v<T>);
    send(&value, sizeof value);
  }

 private:
  explicit Channel(int fd) : fd_(fd) {}
  core::Descriptor fd_;
};

}  // namespace push::bench
