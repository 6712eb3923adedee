// One kind of request on a fixed schedule, each timed from the moment at which it was due.
#pragma once
#include <cstdint>
#include <string>

#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/stats.hpp"

namespace push::bench {

class Probe {
 public:
  Probe(std::string name, std::uint16_t port, std::string request, unsigned per_second);

  // Sends what is due, if it still sends, and takes the answers that are there. Fails if one is not a 200.
  void step(bool sending);
  void forget();

  bool idle() const { return pool_.in_flight() == 0; }
  std::int64_t due() const { return due_; }
  int descriptor() const { return pool_.epoll_fd(); }
  const std::string& name() const { return name_; }
  const Histogram& times() const { return times_; }

 private:
  std::string name_;
  std::string request_;
  std::int64_t period_;
  PostPool pool_;
  std::int64_t due_;
  Histogram times_;
};

void require_ok(const Response& response, const std::string& what);

}  // namespace push::bench
