// POSTs on a fixed schedule to one server, each timed from its write to its arrival at one subscriber, of this server
// or of another one. A POST that had to wait for a free connection is timed from when it was due. How late the
// generator's own timer woke it is counted separately.
#pragma once
#include <cstdint>
#include <string>

#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscribers.hpp"
#include "benchmark/support/table.hpp"
#include "push/core/descriptor.hpp"

namespace push::bench {

struct PacingPlan {
  std::uint16_t post_port = 0;
  std::uint16_t stream_port = 0;
  unsigned source_net = 0;  // of the subscriber, 127.0.net.*
  unsigned user = 1;
  unsigned rate = 200;  // POSTs per second
  std::size_t size = 100;
};

class Pacing {
 public:
  explicit Pacing(const PacingPlan& plan);

  // Sends one request on every connection: the server closes one that sends none within a while.
  void warm_up();
  // `count` messages; returns when all are answered and delivered.
  void run(std::uint32_t count) { run(count, period_ns_); }

  static constexpr std::uint32_t kWarming = 200;

  const Histogram& deliveries() const { return subscriber_.latencies(); }
  const Histogram& answers() const { return answers_; }
  const Histogram& late() const { return late_; }

 private:
  void run(std::uint32_t count, std::int64_t period_ns);
  void forget();
  void send(std::int64_t due);
  void wait(std::int64_t until) const;

  PacingPlan plan_;
  std::int64_t period_ns_;
  core::Descriptor timer_;
  PostPool pool_;
  Subscribers subscriber_;
  std::uint32_t sequence_ = 0;
  std::uint32_t answered_ = 0;
  bool held_up_ = false;  // no connection was free when the last message was due
  Histogram answers_;
  Histogram late_;
};

// name, count, p50, p90, p99, max in microseconds.
void add_row(Table& table, const std::string& name, const Histogram& histogram);

}  // namespace push::bench
