// Deletes the messages that an application's rule no longer keeps (Retention), as standing work of the purger.
//
// What is to be deleted is found by reading, which holds nobody up; the writer only deletes ranges of ids, for half a
// millisecond at a time, or 2 ms when that does not suffice. The SQL of both is in the RetentionTables. Messages are
// looked at in the order of their ids, which is that of their dates: an application is visited when its oldest message
// becomes too old, up to the first one that is not (RetentionAgenda), and when it has received messages, if a rule
// counts them. While nothing is due, nothing is read. All messages are looked at only at the start and twice a day:
// that finds those whose dates are out of order (an imported database, a clock that was wrong). A date that cannot be
// read never makes a message too old.
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
#include "store/retention_tables.hpp"

namespace push::store {

class RetentionPurge {
 public:
  static constexpr std::size_t kMostVisits = 16'384;  // in memory
  static constexpr std::size_t kMostChanges = 1024;   // of rules in memory; beyond that, a survey finds them

  // `newest`: the greatest message id committed so far. Messages age by `clock`. Everything must outlive this.
  RetentionPurge(RetentionTables& tables, std::function<core::MessageId()> newest, const config::Retention& configured,
                 const core::WallClock& clock, metrics::Registry& metrics);

  // The purge thread: reads for about 2 ms, or deletes one slice.
  core::Result<Purger::Progress> step();
  // Any thread, after the commit: the application has another rule.
  void rule_changed(core::ApplicationId application);

 private:
  enum class By { age, count, both };
  // Looks at messages of one application in the order of their ids.
  struct Walk {
    core::ApplicationId application{};
    By by = By::both;
    bool to_the_end = false;  // otherwise to the first message that is not too old yet
    core::MessageId after{};  // the message that was looked at last
    bool begun = false;
    bool finished = false;
    bool open = false;  // the next message may extend the last range
    core::SteadyTime begin{};
    RetentionTables::OwnedRule rule{};
    Retention in_force{};
    std::optional<core::WallTime> too_old{};
    core::MessageId oldest_kept{};                 // by count
    std::vector<RetentionTables::Range> ranges{};  // to delete
    std::optional<RetentionAgenda::Visit> next{};
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
  static void judge(Walk& walk, core::MessageId message, std::optional<core::WallTime> date);
  core::Result<void> delete_some(Walk& walk, std::int64_t& deleted);
  void end(const Walk& walk);
  bool is_late() const;
  std::int64_t lag_seconds() const;

  RetentionTables& tables_;
  const std::function<core::MessageId()> newest_;
  const config::Retention configured_;
  const core::WallClock& clock_;
  metrics::Counter& deleted_;
  metrics::Gauge& lag_;
  metrics::Histogram& slice_;

  // The purge thread's.
  core::WallTime now_{};  // since the last look around
  core::SteadyTime look_at_{};
  bool late_ = false;
  RetentionAgenda agenda_{kMostVisits};
  std::optional<Walk> urgent_;
  std::optional<Walk> surveyed_;
  bool survey_turn_ = false;

  bool watching_;  // some rule may be in force
  bool counting_;  // and counts
  bool posted_turn_ = false;
  std::optional<core::MessageId> seen_;     // the new messages up to this one have been counted
  core::MessageId newest_seen_{};           // at the last look around
  std::deque<core::ApplicationId> posted_;  // to
  bool surveying_ = false;
  bool complete_ = false;  // the survey looks at every message
  core::ApplicationId survey_after_{};
  std::deque<core::ApplicationId> survey_page_;
  core::SteadyTime complete_at_{};

  core::Mutex mutex_;
  std::vector<core::ApplicationId> changed_ PUSH_GUARDED_BY(mutex_);
  bool survey_wanted_ PUSH_GUARDED_BY(mutex_) = true;
};

}  // namespace push::store
