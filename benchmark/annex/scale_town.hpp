// A server whose first users are online, one connection each, and posters who write to them in turn. For the parts of
// the scenario `scale` that compare such servers round by round.
#pragma once
#include <cstdint>

#include "benchmark/annex/scale.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/subscribers.hpp"

namespace push::bench {

struct TownPlan {
  unsigned online = 1;
  unsigned absent = 0;  // further users, with tokens and without connections
  unsigned shards = 0;  // 0 = the server's own choice
};

class Town {
 public:
  static constexpr std::size_t kPosters = 16;

  Town(const ScaleOptions& options, TownPlan plan);

  PostPool posters() const { return {server_.port(), kPosters}; }
  // Posts to one user after another; returns when all messages are answered and delivered. Period 0: as fast as they
  // are answered; otherwise one per `period` nanoseconds, timed from the moment at which it was due.
  void run(PostPool& pool, unsigned count, std::int64_t period);

  const Server& server() const { return server_; }
  const Histogram& latencies() const { return subscribers_.latencies(); }
  void forget_latencies() { subscribers_.forget_latencies(); }

 private:
  void send(PostPool& pool, std::int64_t when);
  void wait(const PostPool& pool, std::int64_t until) const;

  TownPlan plan_;
  std::size_t size_;
  Server server_;
  Subscribers subscribers_;
  std::uint32_t sequence_ = 0;
  std::uint32_t answered_ = 0;
};

}  // namespace push::bench
