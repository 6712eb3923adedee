// Another user with many subscribers, to whom a message goes out at a steady pace: what a small user must not feel.
#pragma once
#include <cstddef>
#include <cstdint>

#include "benchmark/support/channel.hpp"
#include "support/process.hpp"

namespace push::bench {

class Crowd {
 public:
  // Opens `connections` subscribers of user 0; returns when they are there.
  Crowd(std::uint16_t port, unsigned connections, std::size_t message_size);

  // Posts every half second until stop().
  void start() const;
  // How many messages went out; fails if one of them was not received by all.
  std::uint32_t stop() const;

 private:
  static std::uint32_t post_until_told(const Channel& channel, std::uint16_t port, unsigned connections,
                                       std::size_t message_size);
  std::string answer() const;

  Channel channel_;
  support::Process process_;
};

}  // namespace push::bench
