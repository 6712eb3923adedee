// The parts of a Follower, and what its thread does.
#pragma once
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "delivery/gate.hpp"
#include "delivery/log_reader.hpp"
#include "delivery/meters.hpp"
#include "delivery/pulses.hpp"
#include "delivery/reach.hpp"
#include "delivery/schedule.hpp"
#include "push/core/thread.hpp"
#include "push/delivery/follower.hpp"

namespace push::delivery {

struct Follower::Parts {
  Parts(store::Feed& store_feed, cluster::Bus& node_bus, History& history, hub::Hub& registry, Publisher& streams,
        AccountListener& listener, metrics::Registry& metrics, Limits settings);

  core::Result<void> start();
  // Schedules what follows from it.
  void after(Gate::Next next);
  void link(bool up);

  store::Feed& feed;
  cluster::Bus& bus;
  hub::Hub& hub;
  Publisher& publisher;
  AccountListener& accounts;
  const Limits limits;
  Meters meters;
  Gate gate;
  Schedule schedule;
  Pulses pulses;
  Reach reach{meters};
  core::Thread thread;
  std::atomic<bool> caught_up{false};

 private:
  // ---- the follower's thread
  void run(const std::stop_token& stop);
  void work(const Schedule::Due& due);
  void sweep_again(bool well);
  // True: everything that was committed before the call has passed.
  bool read_messages();
  bool read_log();
  bool check_log();
  core::Result<store::Feed::Page> fetch(const Gate::Read& read, std::vector<store::FeedMessage>& rows);
  // The database has gone back to an earlier state.
  bool begin_epoch();
  void close_streams(std::size_t from_shard, std::size_t to_shard);
  void watch_isolation();
  void leave();

  LogReader log_;
  std::stop_token stopping_;
  std::string epoch_;
  core::SteadyTime gap_told_at_;
  std::optional<core::SteadyTime> leaving_since_;
  std::size_t left_ = 0;  // shards whose streams have been closed since then
};

}  // namespace push::delivery
