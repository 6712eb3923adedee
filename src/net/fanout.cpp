#include "net/fanout.hpp"

#include <iterator>

namespace push::net {

bool Fanout::hand_out(core::UserId user, const core::Bytes& frame) {
  const std::uint32_t entry = roster_.find(user);
  if (entry == kNone) return false;
  ++waiting_;
  if (const auto found = by_entry_.find(entry); found != by_entry_.end()) {
    found->second->next.push_back(frame);
    return true;
  }
  if (spare_.empty()) spare_.emplace_back();
  jobs_.splice(jobs_.end(), spare_, spare_.begin());
  Job& job = jobs_.back();
  job.entry = entry;
  job.next.push_back(frame);
  roster_.entry(entry).busy = true;
  by_entry_.emplace(entry, &job);
  return true;
}

bool Fanout::run() {
  std::size_t sends = 0;
  while (!jobs_.empty() && sends < kTurn) {
    Job& job = jobs_.front();
    if (job.frames.empty() && !start(job)) {
      finish();
      continue;
    }
    sends += slice(job);
    jobs_.splice(jobs_.end(), jobs_, jobs_.begin());  // the next user's turn
  }
  return !jobs_.empty();
}

bool Fanout::start(Job& job) {
  if (job.next.empty()) return false;
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < job.next.size() && (count == 0 || bytes + job.next[count].size() <= kJoin)) {
    bytes += job.next[count++].size();
  }
  const auto end = job.next.begin() + static_cast<std::ptrdiff_t>(count);
  job.frames.assign(std::make_move_iterator(job.next.begin()), std::make_move_iterator(end));
  job.next.erase(job.next.begin(), end);
  job.joined.clear();
  if (count > 1) {
    job.joined.reserve(bytes);
    for (const core::Bytes& frame : job.frames) job.joined += frame.view();
  }
  Roster::Entry& entry = roster_.entry(job.entry);
  entry.cursor = entry.head;
  return true;
}

std::size_t Fanout::slice(Job& job) {
  const Batch batch{&job.frames, job.frames.size() == 1 ? job.frames.front().view() : std::string_view(job.joined)};
  Roster::Entry& entry = roster_.entry(job.entry);
  std::size_t sends = 0;
  while (entry.cursor != kNone && sends < kSlice) {
    const std::uint32_t slot = entry.cursor;
    entry.cursor = table_.next_of(slot);
    table_.send(slot, batch);
    ++sends;
  }
  meters_.deliveries.add(sends * job.frames.size());
  if (entry.cursor == kNone) {
    waiting_ -= job.frames.size();
    job.frames.clear();
  }
  return sends;
}

void Fanout::finish() {
  Job& job = jobs_.front();
  by_entry_.erase(job.entry);
  roster_.release(job.entry);
  if (job.joined.capacity() > kJoin) std::string().swap(job.joined);
  spare_.splice(spare_.end(), jobs_, jobs_.begin());
}

}  // namespace push::net
