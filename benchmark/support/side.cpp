#include "benchmark/support/side.hpp"

#include <unistd.h>

#include <utility>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/stamp.hpp"

namespace push::bench {
namespace {

SidePlan on_port(SidePlan plan, std::uint16_t port) {
  plan.subscribers.port = port;
  return plan;
}

}  // namespace

const Round& Side::round(unsigned bursts, unsigned messages_per_burst, bool keep) {
  prepare();
  if (!keep) subscribers_.take_summary();
  const std::uint64_t segments_before = plan_.segments ? subscribers_.segments() : 0;
  const std::int64_t cpu_before = cpu();
  const std::int64_t client_before = subscribers_.cpu_ns();
  std::int64_t busy_ns = 0;
  for (unsigned i = 0; i < bursts; ++i) {
    if (plan_.pause_us != 0) ::usleep(plan_.pause_us);
    const std::int64_t start = monotonic_ns();
    subscribers_.begin_await_sequence(sequence_ + messages_per_burst);
    send(sequence_ + 1, messages_per_burst);
    subscribers_.end_await_sequence();
    sequence_ += messages_per_burst;
    busy_ns += monotonic_ns() - start;
  }
  const auto deliveries = 1.0 * bursts * messages_per_burst * plan_.connections;
  last_ = {.cpu_us = static_cast<double>(cpu() - cpu_before) / 1e3 / deliveries,
           .client_cpu_us = static_cast<double>(subscribers_.cpu_ns() - client_before) / 1e3 / deliveries,
           .per_second = deliveries * 1e9 / static_cast<double>(busy_ns)};
  if (plan_.segments) last_.per_segment = deliveries / static_cast<double>(subscribers_.segments() - segments_before);
  const auto summary = subscribers_.take_summary();
  if (summary.deliveries != std::uint64_t{sequence_} * plan_.connections) fail("deliveries do not add up");
  if (!keep) return last_;
  rounds_.push_back(last_);
  latencies_.add(summary.latencies);
  return last_;
}

std::vector<double> Side::all(double (*figure)(const Round&)) const {
  std::vector<double> values;
  for (const Round& round : rounds_) values.push_back(figure(round));
  return values;
}

ServerSide::ServerSide(const Server& server, SidePlan plan, std::size_t message_size, std::size_t posters)
    : Side(on_port(plan, server.port())), server_(server), size_(message_size), posters_(server.port(), posters) {}

void ServerSide::send(std::uint32_t first, unsigned count) {
  unsigned posted = 0;
  unsigned answered = 0;
  for (const Deadline deadline(60); answered < count;) {
    if (deadline.passed()) fail("POSTs were not answered");
    for (; posted < count && posters_.has_free(); ++posted) {
      const std::string text = stamp_text({monotonic_ns(), first + posted, 0}, size_);
      posters_.send(post_request(server_.port(), application_token(0), text), 0);
    }
    posters_.poll(1000, [&](std::uint64_t, std::int64_t, const Response& response) {
      if (response.status != 200) fail("POST answered " + std::to_string(response.status));
      ++answered;
    });
  }
}

RawSide::RawSide(const RawSender& sender, SidePlan plan) : Side(on_port(plan, sender.port())), sender_(sender) {}

void RawSide::send(std::uint32_t first, unsigned count) {
  std::string joined;
  for (unsigned i = 0; i < count; ++i) {
    restamp(frame_, {.sent_ns = monotonic_ns(), .sequence = first + i, .user = 0});
    joined += frame_;
  }
  sender_.start(joined);
  sender_.await_sent();
}

}  // namespace push::bench
