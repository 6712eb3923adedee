// A sender and its subscribers: rounds of messages whose cost and speed are compared with another side's.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/raw_sender.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscriber_process.hpp"

namespace push::bench {

struct Round {
  double cpu_us = 0;         // of the sender, per delivery
  double client_cpu_us = 0;  // of the subscribers, per delivery
  double per_second = 0;     // deliveries, from the first send to the last receipt, without the pauses
  double per_segment = 0;    // deliveries; 0 unless SidePlan::segments

  double sender_cpus() const { return cpu_us * per_second / 1e6; }
  double client_cpus() const { return client_cpu_us * per_second / 1e6; }
};

struct SidePlan {
  SubscriberPlan subscribers;
  unsigned connections = 0;
  unsigned pause_us = 0;  // before each burst
  bool segments = false;  // counts them
};

class Side {
 public:
  explicit Side(const SidePlan& plan) : plan_(plan), subscribers_(plan.subscribers) {}
  virtual ~Side() = default;
  Side(const Side&) = delete;
  Side& operator=(const Side&) = delete;

  void connect() { subscribers_.open_up_to(plan_.connections); }
  // One burst after another; the next begins when every subscriber has all of the last. Without `keep`: a warm-up.
  const Round& round(unsigned bursts, unsigned messages_per_burst, bool keep);
  std::string last_frame() { return subscribers_.last_frame(); }

  unsigned connections() const { return plan_.connections; }
  const std::vector<Round>& rounds() const { return rounds_; }
  std::vector<double> all(double (*figure)(const Round&)) const;
  const Histogram& latencies() const { return latencies_; }

 protected:
  // Before each round.
  virtual void prepare() {}
  virtual std::int64_t cpu() const = 0;
  // Sends the messages first, first + 1, ... of user 0; returns when the sender is done.
  virtual void send(std::uint32_t first, unsigned count) = 0;

 private:
  SidePlan plan_;
  SubscriberProcess subscribers_;
  std::uint32_t sequence_ = 0;
  Round last_;
  std::vector<Round> rounds_;
  Histogram latencies_;
};

// Our server, with this many posters.
class ServerSide : public Side {
 public:
  ServerSide(const Server& server, SidePlan plan, std::size_t message_size, std::size_t posters);

 protected:
  std::int64_t cpu() const override { return server_.cpu_ns(); }
  void send(std::uint32_t first, unsigned count) override;

 private:
  const Server& server_;
  std::size_t size_;
  PostPool posters_;
};

// Bare send() calls, one per connection and burst.
class RawSide : public Side {
 public:
  RawSide(const RawSender& sender, SidePlan plan);
  void use_frame(std::string frame) { frame_ = std::move(frame); }

 protected:
  std::int64_t cpu() const override { return sender_.cpu_ns(); }
  void send(std::uint32_t first, unsigned count) override;

 private:
  const RawSender& sender_;
  std::string frame_;
};

}  // namespace push::bench
