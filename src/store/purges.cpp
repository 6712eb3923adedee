#include "store/purges.hpp"

#include <utility>

#include "store/logged_events.hpp"

namespace push::store {
namespace {

using core::Result;

// Some hundred small messages. Other changes wait for that and its commit.
constexpr std::chrono::milliseconds kSliceTime{2};

}  // namespace

Result<Purger::Progress> MessagePurge::operator()() {
  if (!std::exchange(begun_, true)) {
    if (auto found = find(); !found) return found.error();
  }
  Purger::Progress progress;
  if (!applications_.empty()) {
    std::optional<model::Event> event;
    if (!logged_ && user_ != core::UserId{}) event = deletion_up_to(user_, clock_(), bound_, application_);
    const auto deleted = tables_.delete_messages(applications_, bound_, event, kSliceTime);
    if (!deleted) return deleted.error();
    logged_ = logged_ || deleted->messages > 0;
    progress.deleted = deleted->messages;
    applications_.erase(applications_.begin(), applications_.begin() + static_cast<std::ptrdiff_t>(deleted->emptied));
  }
  progress.finished = applications_.empty();
  return progress;
}

Result<void> MessagePurge::find() {
  if (application_ == core::ApplicationId{}) {
    auto found = tables_.applications_of(user_);
    if (!found) return found.error();
    applications_ = *std::move(found);
    return {};
  }
  applications_ = {application_};
  const auto owner = tables_.owner_of(application_);
  if (!owner) return owner.error();
  user_ = *owner;
  return {};
}

Result<Purger::Progress> purge_deleted_applications(PurgeTables& tables) {
  const auto noted = tables.noted();
  if (!noted) return noted.error();
  Purger::Progress progress{.finished = noted->empty()};
  if (progress.finished) return progress;
  const auto deleted = tables.delete_noted(*noted, kSliceTime);
  if (!deleted) return deleted.error();
  progress.deleted = *deleted;
  return progress;
}

}  // namespace push::store
