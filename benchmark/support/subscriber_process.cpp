#include "benchmark/support/subscriber_process.hpp"

#include <poll.h>
#include <cstring>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/socket.hpp"

namespace push::bench {
namespace {

constexpr char kDone = '+';
constexpr char kFailed = '-';

}  // namespace

struct SubscriberProcess::Command {
  enum class Kind {
    open,
    churn,
    drop,
    resume_from,
    at_once,
    allow_loss,
    await_loss,
    await_sequence,
    await_pings,
    summary,
    segments,
    frame
  } kind = Kind::open;
  std::uint64_t count = 0;
  std::uint64_t window = 0;
  std::uint32_t sequence = 0;
  unsigned first_user = 0;
  unsigned users = 1;
  double seconds = 0;
};

namespace {

template <class T>
std::string bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

}  // namespace

SubscriberProcess::SubscriberProcess(SubscriberPlan plan) : patience_(plan.patience_seconds) {
  auto [ours, theirs] = Channel::make();
  const Channel& child_end = theirs;
  process_ = support::Process::fork([&] { serve(child_end, plan); });
  channel_ = std::move(ours);
}

std::string SubscriberProcess::obey(Subscribers& subscribers, const Command& command) {
  switch (command.kind) {
    case Command::Kind::open:
      subscribers.open_up_to(command.count, command.sequence, command.first_user, command.seconds);
      return {};
    case Command::Kind::churn:
      return bytes_of(std::uint64_t{
          subscribers.churn(command.count, command.window, command.first_user, command.users, command.seconds)});
    case Command::Kind::drop:
      subscribers.drop_all();
      return {};
    case Command::Kind::resume_from:
      subscribers.resume_from(command.count);
      return {};
    case Command::Kind::at_once:
      return bytes_of(subscribers.open_at_once(command.count, command.sequence, command.seconds));
    case Command::Kind::allow_loss:
      subscribers.allow_loss();
      return {};
    case Command::Kind::await_loss:
      subscribers.await_loss(command.seconds);
      return {};
    case Command::Kind::await_sequence:
      subscribers.await_sequence(command.sequence, command.seconds);
      return {};
    case Command::Kind::await_pings:
      subscribers.await_pings(command.seconds);
      return {};
    case Command::Kind::summary: {
      const Summary summary{subscribers.deliveries(), subscribers.last_delivery_ns(), subscribers.latencies()};
      subscribers.forget_latencies();
      return bytes_of(summary);
    }
    case Command::Kind::segments:
      return bytes_of(subscribers.segments());
    case Command::Kind::frame:
      return subscribers.last_frame();
  }
  return {};
}

void SubscriberProcess::serve(const Channel& channel, SubscriberPlan plan) {
  Subscribers subscribers(plan);
  subscribers.watch(channel.fd());
  try {
    while (true) {
      if (!wait_for(channel.fd(), false, 0)) {
        subscribers.pump(1000);
        continue;
      }
      const std::string packet = channel.receive(0);
      if (packet.empty()) return;
      Command command;
      std::memcpy(&command, packet.data(), sizeof command);
      const std::string answer = kDone + obey(subscribers, command);
      channel.send(answer.data(), answer.size());
    }
  } catch (const Failure& failure) {
    const std::string answer = kFailed + std::string(failure.what());
    channel.send(answer.data(), answer.size());
  }
}

void SubscriberProcess::send(const Command& command) const {
  channel_.send(command);
}

std::string SubscriberProcess::answer(double timeout_seconds) const {
  const std::string packet = channel_.receive(timeout_seconds + 5);
  if (packet.empty()) fail("the subscriber process has exited");
  if (packet.front() == kFailed) fail("subscribers: " + packet.substr(1));
  return packet.substr(1);
}

void SubscriberProcess::open_up_to(std::size_t count, std::uint32_t base, unsigned first_user) {
  send({.kind = Command::Kind::open, .count = count, .sequence = base, .first_user = first_user, .seconds = patience_});
  answer(patience_);
}

std::size_t SubscriberProcess::churn(std::size_t total, std::size_t window, unsigned first_user, unsigned users,
                                     double limit_seconds) {
  send({.kind = Command::Kind::churn,
        .count = total,
        .window = window,
        .first_user = first_user,
        .users = users,
        .seconds = limit_seconds});
  const std::string packet = answer(limit_seconds + patience_);
  std::uint64_t opened = 0;
  std::memcpy(&opened, packet.data(), sizeof opened);
  return opened;
}

void SubscriberProcess::drop_all() {
  send({.kind = Command::Kind::drop});
  answer(patience_);
}

void SubscriberProcess::resume_from(std::uint64_t message) {
  send({.kind = Command::Kind::resume_from, .count = message});
  answer(patience_);
}

Arrivals SubscriberProcess::open_at_once(std::size_t count, std::uint32_t base) {
  send({.kind = Command::Kind::at_once, .count = count, .sequence = base, .seconds = patience_});
  Arrivals arrivals;
  std::memcpy(static_cast<void*>(&arrivals), answer(patience_).data(), sizeof arrivals);
  return arrivals;
}

void SubscriberProcess::allow_loss() {
  send({.kind = Command::Kind::allow_loss});
  answer(patience_);
}

void SubscriberProcess::await_loss() {
  send({.kind = Command::Kind::await_loss, .seconds = patience_});
  answer(patience_);
}

void SubscriberProcess::await_sequence(std::uint32_t sequence) {
  begin_await_sequence(sequence);
  end_await_sequence();
}

void SubscriberProcess::begin_await_sequence(std::uint32_t sequence) {
  send({.kind = Command::Kind::await_sequence, .sequence = sequence, .seconds = patience_});
}

void SubscriberProcess::end_await_sequence() {
  answer(patience_);
}

void SubscriberProcess::await_pings(double timeout_seconds) {
  send({.kind = Command::Kind::await_pings, .seconds = timeout_seconds});
  answer(timeout_seconds);
}

SubscriberProcess::Summary SubscriberProcess::take_summary() {
  send({.kind = Command::Kind::summary});
  Summary summary;
  std::memcpy(static_cast<void*>(&summary), answer(patience_).data(), sizeof summary);
  return summary;
}

std::string SubscriberProcess::last_frame() {
  send({.kind = Command::Kind::frame});
  return answer(patience_);
}

std::uint64_t SubscriberProcess::segments() {
  send({.kind = Command::Kind::segments});
  std::uint64_t segments = 0;
  std::memcpy(&segments, answer(patience_).data(), sizeof segments);
  return segments;
}

std::int64_t SubscriberProcess::cpu_ns() const {
  return bench::cpu_ns(process_.id());
}

}  // namespace push::bench
