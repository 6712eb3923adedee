// Durable POSTs to a system with a store: closed loop, several numbers of posters; then SIGKILL in the middle of them,
// and every acknowledged message must be in the database.
#pragma once
#include <map>
#include <vector>

#include "benchmark/annex/support/peer.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/stats.hpp"

namespace push::bench {

class PeerPosts {
 public:
  struct Found {
    std::size_t acked = 0;
    std::size_t found = 0;
  };

  explicit PeerPosts(Peer& peer) : peer_(peer) {}

  void round(unsigned posters, double seconds, bool keep);
  Found kill_and_count(unsigned posters);

  const std::vector<double>& per_second() const { return per_second_; }
  const Histogram& latencies() const { return latencies_; }

 private:
  void fill(PostPool& pool);
  void enter(std::uint64_t tag, const Response& response);

  Peer& peer_;
  std::uint32_t sequence_ = 0;
  std::map<std::uint64_t, std::uint32_t> ledger_;  // id in the answer -> number in the text
  std::vector<double> per_second_;                 // one per round
  Histogram latencies_;
};

}  // namespace push::bench
