// What retention reads and deletes, below RetentionPurge: each store's own SQL.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/store/store.hpp"

namespace push::store {

// Called on the purge thread, one call at a time; each may block on the database. The reads hold up nobody who writes.
// Each takes a page of the store's own size, about a thousand rows at most.
class RetentionTables {
 public:
  virtual ~RetentionTables() = default;

  // ---- which applications
  struct OwnedRule {
    Retention own;  // as stored; what no rule of ours can hold counts as empty
    core::UserId owner{};
    bool operator==(const OwnedRule&) const = default;
  };
  // Empty: there is no such application.
  virtual core::Result<std::optional<OwnedRule>> find_rule(core::ApplicationId application) = 0;
  enum class Which { all, with_a_rule };  // with_a_rule: of its own; its application may be gone
  // The next ones by id; empty: there are no more.
  virtual core::Result<std::vector<core::ApplicationId>> applications_after(core::ApplicationId after, Which which) = 0;
  struct Posted {
    std::vector<core::ApplicationId> applications;  // in any order, and repeated or not
    core::MessageId up_to{};                        // the last message looked at; 0 = there are none
  };
  // The applications of the next messages by id.
  virtual core::Result<Posted> posted_after(core::MessageId after) = 0;

  // ---- which messages of an application
  // The n-th newest (from 1). Empty: there are fewer.
  virtual core::Result<std::optional<core::MessageId>> nth_newest(core::ApplicationId application, std::uint64_t n) = 0;
  // Takes the next message; false: no more are wanted.
  using Take = core::Callback<bool(core::MessageId, std::optional<core::WallTime>)>;
  // The next ones in the order of their ids: those below `before`, without dates; or with the dates that can be read.
  // False: there are no more.
  virtual core::Result<bool> list_ids(core::ApplicationId application, core::MessageId after, core::MessageId before,
                                      Take take) = 0;
  virtual core::Result<bool> list_dates(core::ApplicationId application, core::MessageId after, Take take) = 0;

  // ---- deletion
  // Messages of one application that are to be deleted, and all that are between them.
  struct Range {
    core::MessageId after{};  // exclusive
    core::MessageId last{};
    std::optional<core::WallTime> due{};  // when the first became too old; no matter to the store
  };
  struct Deletion {
    core::ApplicationId application{};
    OwnedRule rule;                    // by which the ranges were found
    core::WallTime now{};              // of the events
    std::chrono::microseconds time{};  // of the writer, without its commit, to be spent on this slice: about
    std::span<const Range> ranges;     // one at least; ascending, apart from each other
  };
  struct Deleted {
    std::size_t messages = 0;
    core::MessageId up_to{};           // nothing is left of the ranges up to here; all done: the last one's `last`
    bool obsolete = false;             // nothing was deleted: the application has another rule of its own, or is gone
    std::chrono::microseconds took{};  // of the writer, without its commit
  };
  // Deletes one slice from the beginning of the ranges, in one transaction that is committed on return. It also checks
  // the rule, raises the owner's floor to the greatest id deleted, forgets the read marks and logs the event: if none
  // of the application's messages is left below the greatest id, one deletion_up_to() that (which takes the place of
  // the user's newest event if that is such a one of the same application, too); otherwise deletions_of() the ids.
  // The store decides how many rows fit into `time`: one at least. A slice may delete nothing if `up_to` rises.
  virtual core::Result<Deleted> delete_some(const Deletion& deletion) = 0;
};

}  // namespace push::store
