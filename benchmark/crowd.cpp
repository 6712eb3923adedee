#include "benchmark/crowd.hpp"

#include <string>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/socket.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/subscribers.hpp"

namespace push::bench {
namespace {

constexpr double kPatience = 60;
constexpr double kPeriodSeconds = 0.5;
constexpr char kFailed = '-';

}  // namespace

Crowd::Crowd(std::uint16_t port, unsigned connections, std::size_t message_size) {
  auto [ours, theirs] = Channel::make();
  const Channel& child_end = theirs;
  process_ = support::Process::fork([&] {
    std::string last;
    try {
      last = std::to_string(post_until_told(child_end, port, connections, message_size));
    } catch (const Failure& failure) {
      last = kFailed + std::string(failure.what());
    }
    child_end.send(last.data(), last.size());
  });
  channel_ = std::move(ours);
  answer();
}

std::uint32_t Crowd::post_until_told(const Channel& channel, std::uint16_t port, unsigned connections,
                                     std::size_t message_size) {
  Subscribers subscribers({.port = port, .source_net = 41, .yields = true});
  subscribers.open_up_to(connections, 0, 0, kPatience);
  PostPool poster(port, 1);
  channel.send('+');
  while (!wait_for(channel.fd(), false, 0)) subscribers.pump(20);
  channel.receive(0);
  std::uint32_t sequence = 0;
  while (!wait_for(channel.fd(), false, 0)) {
    const Deadline next(kPeriodSeconds);
    ++sequence;
    poster.send(post_request(port, application_token(0), stamp_text({monotonic_ns(), sequence, 0}, message_size)), 0);
    subscribers.await_sequence(sequence, kPatience);
    while (!poster.has_free()) {
      poster.poll(1000, [](std::uint64_t, std::int64_t, const Response& response) {
        if (response.status != 200) fail("POST to the crowd answered " + std::to_string(response.status));
      });
    }
    while (!next.passed()) subscribers.pump(20);
  }
  return sequence;
}

void Crowd::start() const {
  channel_.send('+');
}

std::uint32_t Crowd::stop() const {
  channel_.send('+');
  return static_cast<std::uint32_t>(std::stoul(answer()));
}

std::string Crowd::answer() const {
  const std::string packet = channel_.receive(2 * kPatience);
  if (packet.empty() || packet.front() == kFailed) fail("crowd: " + packet);
  return packet;
}

}  // namespace push::bench
