// GET /debug/registry on the metrics listener: who is online, for the operator. The registry's keys with what the loops
// hold for them, page by page, as JSON.
//
// Threads: answer() runs on a loop and never blocks; a worker asks the loops and answers.
#pragma once
#include <string_view>

#include "push/core/worker_pool.hpp"
#include "push/net/http.hpp"
#include "push/net/presence.hpp"

namespace push::api {

class RegistryPage {
 public:
  // Both outlive it; `workers` stops before the loops.
  RegistryPage(net::Presence& presence, core::WorkerPool& workers) : presence_(presence), workers_(workers) {}
  // query: user, after, limit. 400 if one is malformed, 503 if no worker is free.
  void answer(std::string_view query, net::Reply reply);

 private:
  net::Presence& presence_;
  core::WorkerPool& workers_;
};

}  // namespace push::api
