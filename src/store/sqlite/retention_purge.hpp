// Deletes the messages that an application's rule no longer keeps (Retention), as standing work of the purger.
//
// What is to be deleted is found by reading, which holds nobody up; the writer only deletes ranges of ids, for half a
// millisecond at a time, or 2 ms when that does not suffice. Messages are looked at in the order of their ids, which is
// that of their dates: an application is visited when its oldest message becomes too old, up to the first one that is
// not (RetentionAgenda), and when it has received messages, if a rule counts them. While nothing is due, nothing is
// read. All messages are looked at only at the start and twice a day: that finds those whose dates are out of order (an
// imported database, a clock that was wrong). A date that cannot be read never makes a message too old.
//
// Nothing is kept on the disk but what was deleted: after a crash the work starts with a survey and goes on.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "push/config/config.hpp"
#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"
#include "push/core/patient_clock.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"
#include "store/purger.hpp"
#include "store/retention_agenda.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/transaction.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

class RetentionPurge {
 public:
  static constexpr std::size_t kMostVisits = 16'384;  // in memory
  static constexpr std::size_t kMostChanges = 1024;   // of rules in memory; beyond that, a survey finds them

  // `newest`: the greatest message id committed so far. Messages age by `clock`. Everything must outlive this.
  RetentionPurge(Writer& writer, ReaderPool& readers, std::function<std::int64_t()> newest,
                 const config::Retention& configured, const core::WallClock& clock, metrics::Registry& metrics);

  // The purge thread: reads for about 2 ms, or deletes one slice.
  core::Result<Purger::Progress> step();
  // Any thread, after the commit: the application has another rule.
  void rule_changed(core::ApplicationId application);

 private:
  // Messages of one application that are to be deleted, and all that are between them.
  struct Range {
    std::int64_t after;  // exclusive
    std::int64_t last;
    std::optional<core::WallTime> due;  // when the first became too old
  };
  enum class By { age, count, both };
  // Looks at messages of one application in the order of their ids.
  struct Walk {
    core::ApplicationId application{};
    By by = By::both;
    bool to_the_end = false;  // otherwise to the first message that is not too old yet
    std::int64_t after = 0;   // the message that was looked at last
    bool begun = false;
    bool finished = false;
    bool open = false;  // the next message may extend the last range
    core::SteadyTime begin{};
    Retention rule{};
    std::optional<core::WallTime> too_old{};
    std::int64_t oldest_kept = 0;  // by count
    std::deque<Range> ranges{};    // to delete
    std::optional<RetentionAgenda::Visit> next{};
  };
  struct Deleted {
    std::vector<std::int64_t> ids;  // ascending
    std::size_t ranges = 0;         // whole ones
    std::int64_t after = 0;         // of the next one: where it was left
    bool obsolete = false;          // the rule is another one now, or the application is gone
  };
  using FoundWalk = core::Result<std::optional<Walk>>;

  void look_around();
  void begin_survey(bool complete);
  core::Result<std::optional<Walk>*> next_walk();
  FoundWalk next_urgent();
  FoundWalk next_counted();
  FoundWalk next_of_survey();
  core::Result<void> read_new_messages();
  std::optional<core::ApplicationId> take_changed();

  core::Result<void> advance(std::optional<Walk>& lane, std::int64_t& deleted);
  core::Result<void> begin(Walk& walk);
  core::Result<void> read_some(Walk& walk);
  static void judge(Walk& walk, std::int64_t message, std::optional<core::WallTime> date);
  core::Result<void> delete_some(Walk& walk, std::int64_t& deleted);
  core::Result<void> delete_slice(Transaction& transaction, const Walk& walk, Deleted& deleted);
  core::Result<void> delete_ranges(Database& database, const Walk& walk, core::SteadyTime start, Deleted& deleted);
  core::Result<void> note_deleted(Transaction& transaction, core::UserId user, core::ApplicationId application,
                                  const std::vector<std::int64_t>& ids);
  void end(const Walk& walk);
  bool is_late() const;
  std::int64_t lag_seconds() const;

  Writer& writer_;
  ReaderPool& readers_;
  const std::function<std::int64_t()> newest_;
  const config::Retention configured_;
  const core::WallClock& clock_;
  metrics::Counter& deleted_;
  metrics::Gauge& lag_;
  metrics::Histogram& slice_;

  // The purge thread's (and the writer's, while that waits for it).
  core::WallTime now_{};  // since the last look around
  core::SteadyTime look_at_{};
  bool late_ = false;
  RetentionAgenda agenda_{kMostVisits};
  std::optional<Walk> urgent_;
  std::optional<Walk> surveyed_;
  bool survey_turn_ = false;
  std::int64_t rows_ = 8;  // that one statement deletes

  bool watching_;  // some rule may be in force
  bool counting_;  // and counts
  bool posted_turn_ = false;
  std::optional<std::int64_t> seen_;        // the new messages up to this one have been counted
  std::int64_t newest_seen_ = 0;            // at the last look around
  std::deque<core::ApplicationId> posted_;  // to
  bool surveying_ = false;
  bool complete_ = false;  // the survey looks at every message
  std::int64_t survey_after_ = 0;
  std::deque<std::int64_t> survey_page_;
  core::SteadyTime complete_at_{};

  core::Mutex mutex_;
  std::vector<core::ApplicationId> changed_ PUSH_GUARDED_BY(mutex_);
  bool survey_wanted_ PUSH_GUARDED_BY(mutex_) = true;
};

}  // namespace push::store::sqlite
