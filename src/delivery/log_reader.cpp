#include "delivery/log_reader.hpp"

#include <algorithm>
#include <utility>
#include <variant>

namespace push::delivery {

void LogReader::start(core::EventId from) {
  position_ = from;
  newest_ = {};
  at_end_ = false;
  waiting_.clear();
}

bool LogReader::can_be(core::EventId newest) {
  if (newest == core::EventId{}) return true;
  if (newest < newest_) return false;
  newest_ = newest;
  return true;
}

bool LogReader::fetch() {
  at_end_ = waiting_.size() >= kWaiting;
  if (at_end_) return true;
  reach_.asked();
  auto entries = feed_.log_after(position_, kPage);
  reach_.answered(entries);
  if (!entries) return false;
  at_end_ = entries->size() < kPage;
  for (store::LogEntry& entry : *entries) {
    if (const auto* change = std::get_if<model::AccountChange>(&entry.what)) accounts_.on_change(*change);
    position_ = entry.id;
    newest_ = std::max(newest_, entry.id);
    waiting_.push_back(std::move(entry));
  }
  meters_.log.add(entries->size());
  return true;
}

bool LogReader::waits_for_messages() const {
  return std::any_of(waiting_.begin(), waiting_.end(), [this](const store::LogEntry& entry) {
    return std::holds_alternative<model::Event>(entry.what) && entry.head > gate_.applied();
  });
}

void LogReader::pass_on() {
  for (; !waiting_.empty(); waiting_.pop_front()) {
    const store::LogEntry& entry = waiting_.front();
    if (const auto* event = std::get_if<model::Event>(&entry.what)) gate_.pass(*event);
    gate_.note_log(entry.id);
  }
}

}  // namespace push::delivery
