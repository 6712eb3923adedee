#include "net/fanout.hpp"

#include <utility>

namespace push::net {

bool Fanout::hand_out(stream::Message message) {
  const std::uint32_t entry = roster_.find(message.user());
  if (entry == kNone) return false;
  ++waiting_;
  if (const auto found = by_entry_.find(entry); found != by_entry_.end()) {
    found->second->next.push_back(std::move(message));
    return true;
  }
  if (spare_.empty()) spare_.emplace_back();
  jobs_.splice(jobs_.end(), spare_, spare_.begin());
  Job& job = jobs_.back();
  job.entry = entry;
  job.next.push_back(std::move(message));
  roster_.entry(entry).busy = true;
  by_entry_.emplace(entry, &job);
  return true;
}

bool Fanout::fan_out() {
  std::size_t sends = 0;
  while (!jobs_.empty() && sends < kTurn) {
    Job& job = jobs_.front();
    if (job.bundle.empty() && !start(job)) {
      retire();
      continue;
    }
    sends += serve_some(job);
    jobs_.splice(jobs_.end(), jobs_, jobs_.begin());  // the next user's turn
  }
  return !jobs_.empty();
}

bool Fanout::start(Job& job) {
  if (job.next.empty()) return false;
  job.bundle.fill(job.next);
  Roster::Entry& entry = roster_.entry(job.entry);
  entry.cursor = entry.head;
  return true;
}

std::size_t Fanout::serve_some(Job& job) {
  Roster::Entry& entry = roster_.entry(job.entry);
  const std::size_t sends = table_.transmit(entry.cursor, job.bundle, kSlice);
  meters_.deliveries.add(sends * job.bundle.size());
  if (entry.cursor == kNone) {
    waiting_ -= job.bundle.size();
    meters_.delivery.record(job.bundle.messages().front().age_in_microseconds());
    job.bundle.clear();
  }
  return sends;
}

void Fanout::retire() {
  Job& job = jobs_.front();
  by_entry_.erase(job.entry);
  roster_.release(job.entry);
  spare_.splice(spare_.end(), jobs_, jobs_.begin());
}

}  // namespace push::net
