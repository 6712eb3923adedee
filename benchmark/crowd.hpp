// Another user with many subscribers, who gets messages at a steady pace: a small user must not notice that.
#pragma once
#include <cstddef>
#include <cstdint>

#include "benchmark/support/channel.hpp"
#include "support/process.hpp"

namespace push::bench {

class Crowd {
 public:
  // Opens `connections` subscribers of user 0; returns when all are connected.
  Crowd(std::uint16_t port, unsigned connections, std::size_t message_size);

  // Posts every half second until stop().
  void start() const;
  // The number of messages sent; fails if any of them was not received by all.
  std::uint32_t stop() const;

 private:
  static std::uint32_t post_until_told(const Channel& channel, std::uint16_t port, unsigned connections,
                                       std::size_t message_size);
  std::string answer() const;

  Channel channel_;
  support::Process process_;
};

}  // namespace push::bench
