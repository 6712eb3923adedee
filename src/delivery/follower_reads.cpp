// How the follower reads the store, all on its own thread and without a lock.
#include <utility>

#include "delivery/follower_parts.hpp"
#include "push/core/log.hpp"

namespace push::delivery {

core::Result<store::Feed::Page> Follower::Parts::fetch(const Gate::Read& read, std::vector<store::FeedMessage>& rows) {
  reach.asked();
  auto found = feed.messages_after(read.after, limits.page, read.users,
                                   [&rows](store::FeedMessage row) { rows.push_back(std::move(row)); });
  reach.answered(found);
  return found;
}

bool Follower::Parts::read_messages() {
  for (;;) {
    if (publisher.is_behind()) return false;
    const Gate::Read read = gate.begin_read();
    std::vector<store::FeedMessage> rows;
    const auto found = fetch(read, rows);
    if (!found) return false;
    switch (gate.pass(read, rows, *found)) {
      case Gate::Outcome::complete:
        return true;
      case Gate::Outcome::partial:
        if (stopping_.stop_requested()) return false;
        continue;
      case Gate::Outcome::gone_back:
      case Gate::Outcome::closed:
        return begin_epoch();
    }
  }
}

bool Follower::Parts::read_log() {
  do {
    if (!log_.fetch()) return false;
    if (log_.waits_for_messages() && !read_messages()) return false;
    log_.pass_on();
  } while (!log_.at_end());
  return true;
}

// The event log may have lost entries although no message is lost: then changes of accounts would be missed.
bool Follower::Parts::check_log() {
  reach.asked();
  const auto extent = feed.extent();
  reach.answered(extent);
  if (!extent) return false;
  return log_.can_be(extent->event) || begin_epoch();
}

// Nothing passes until the epoch has begun; then delivery goes on from where the database is. Streams are closed: what
// they have seen may be gone, and they are told so when they reconnect.
bool Follower::Parts::begin_epoch() {
  const core::MessageId before = gate.applied();
  gate.close();
  reach.asked();
  auto begun = feed.renew_epoch(epoch_);
  reach.answered(begun);
  if (!begun) return false;
  spdlog::error("the database has gone back to an earlier state, closing all streams newest={} delivered={} epoch={}",
                core::value(begun->extent.message), core::value(before), begun->name);
  meters.epochs.add();
  epoch_ = begun->name;
  log_.start(begun->extent.event);
  gate.open(*begun);
  accounts.on_gap();
  close_streams(0, hub.shards());
  schedule.sweep_in({});
  return true;
}

}  // namespace push::delivery
