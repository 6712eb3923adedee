// Subscribers in a separate process, so that their descriptors and CPU time are not the poster's.
#pragma once
#include <cstdint>
#include <string>

#include "benchmark/support/channel.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscribers.hpp"
#include "support/process.hpp"

namespace push::bench {

class SubscriberProcess {
 public:
  struct Summary {
    std::uint64_t deliveries = 0;
    std::int64_t last_delivery_ns = 0;
    Histogram latencies;
  };

  explicit SubscriberProcess(SubscriberPlan plan);

  // As in Subscribers; each returns when the child is done and fails with the child's error.
  void open_up_to(std::size_t count, std::uint32_t base = 0, unsigned first_user = 0);
  std::size_t churn(std::size_t total, std::size_t window, unsigned first_user, unsigned users, double limit_seconds);
  void drop_all();
  void resume_from(std::uint64_t message);
  Arrivals open_at_once(std::size_t count, std::uint32_t base = 0);
  void await_sequence(std::uint32_t sequence);
  void await_pings(double timeout_seconds);
  Summary take_summary();  // and resets the latencies
  std::string last_frame();
  std::uint64_t segments();

  // The same in two steps: the child waits for the sequence while the parent causes it.
  void begin_await_sequence(std::uint32_t sequence);
  void end_await_sequence();
  void allow_loss();
  void await_loss();

  std::int64_t cpu_ns() const;

 private:
  struct Command;
  void send(const Command& command) const;
  std::string answer(double timeout_seconds) const;
  static std::string obey(Subscribers& subscribers, const Command& command);
  static void serve(const Channel& channel, SubscriberPlan plan);

  double patience_;
  Channel channel_;
  support::Process process_;
};

}  // namespace push::bench
