// Deletes all messages of an application or of a user in slices: jobs of the purge thread. What is to be deleted is
// decided here; the SQL is below, in each store's PurgeTables.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "push/core/patient_clock.hpp"
#include "push/core/result.hpp"
#include "push/model/event.hpp"
#include "store/purger.hpp"

namespace push::store {

// Called on the purge thread, one call at a time; each may block on the database.
class PurgeTables {
 public:
  virtual ~PurgeTables() = default;

  // ---- reads, which hold up nobody who writes
  virtual core::Result<std::vector<core::ApplicationId>> applications_of(core::UserId user) = 0;
  virtual core::Result<core::UserId> owner_of(core::ApplicationId application) = 0;  // 0 = it is gone
  // Deleted applications whose messages are still to be deleted: some, at most a few hundred.
  virtual core::Result<std::vector<core::ApplicationId>> noted() = 0;

  // ---- deletions: each is one slice, in one transaction, committed on return
  struct Deleted {
    std::int64_t messages = 0;
    std::size_t emptied = 0;  // so many of the applications, from the first on, have no such messages left
  };
  // Messages of these applications (one at least) up to `bound`, with their read marks, one application after the
  // other, for about `time` of the writer: the store decides how many rows that is. If any are deleted, the event is
  // logged in the same transaction, unless its user is gone, or its application if it names one: that was an event of
  // its own.
  virtual core::Result<Deleted> delete_messages(std::span<const core::ApplicationId> applications,
                                                core::MessageId bound, const std::optional<model::Event>& event,
                                                std::chrono::microseconds time) = 0;
  // All messages of these noted applications in the same way, and the notes of those that have none left. Of an
  // application that exists only the note is deleted. Returns the number of messages.
  virtual core::Result<std::int64_t> delete_noted(std::span<const core::ApplicationId> applications,
                                                  std::chrono::microseconds time) = 0;
};

// A job: deletes the messages of an application, or of all that a user has, up to `bound`. Clients hear at once that
// all of them are gone, with the first slice that deletes any.
class MessagePurge {
 public:
  // `tables` and `clock` must outlive this.
  MessagePurge(PurgeTables& tables, const core::WallClock& clock, core::MessageId bound,
               core::ApplicationId application)
      : tables_(tables), clock_(clock), bound_(bound), application_(application) {}
  MessagePurge(PurgeTables& tables, const core::WallClock& clock, core::MessageId bound, core::UserId user)
      : tables_(tables), clock_(clock), bound_(bound), user_(user) {}

  core::Result<Purger::Progress> operator()();

 private:
  core::Result<void> find();

  PurgeTables& tables_;
  const core::WallClock& clock_;
  core::MessageId bound_;
  core::ApplicationId application_{};  // 0 = all of the user's
  core::UserId user_{};                // 0 = the application is gone
  bool begun_ = false;
  bool logged_ = false;
  std::vector<core::ApplicationId> applications_;  // that may have messages left
};

// Standing work: deletes one slice of the messages of deleted applications (recorded in table sharded_gotify_purges,
// also by earlier runs of the server). When an application has no messages left, its record is removed. Messages of an
// existing application are never touched.
core::Result<Purger::Progress> purge_deleted_applications(PurgeTables& tables);

}  // namespace push::store
