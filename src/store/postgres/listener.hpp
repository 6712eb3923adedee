// Receives what transactions send by NOTIFY, on a thread and a connection of its own. A lost connection is soon
// replaced; notifications sent meanwhile are lost.
#pragma once
#include <optional>
#include <string>

#include "push/core/result.hpp"
#include "push/core/thread.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/feed.hpp"
#include "store/postgres/connection.hpp"

namespace push::store::postgres {

class Listener {
 public:
  // `metrics` must outlive this.
  Listener(ConnectionString where, std::string channel, metrics::Registry& metrics);
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // As Feed::listen and stop_listening.
  void start(FeedListener& listener);
  void stop() { thread_.stop(); }

 private:
  void run(const std::stop_token& stop, FeedListener& listener);
  core::Result<void> connect();
  core::Result<void> hear(FeedListener& listener);

  const ConnectionString where_;
  const std::string listen_;  // the statement
  metrics::Counter& heard_;
  metrics::Counter& lost_;
  // Used by the thread only.
  std::optional<Connection> connection_;
  core::SteadyTime asked_{};
  core::Thread thread_;
};

}  // namespace push::store::postgres
