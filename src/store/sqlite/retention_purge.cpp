#include "store/sqlite/retention_purge.hpp"

#include <algorithm>
#include <utility>

#include "push/model/limits.hpp"
#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/event_log.hpp"
#include "store/sqlite/read_marks.hpp"
#include "store/sqlite/retention_sql.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::chrono::milliseconds kLookPeriod{1000};
constexpr std::chrono::hours kCompletePeriod{12};  // less than a day, the shortest rule: finds who was empty before
constexpr std::chrono::milliseconds kStepTime{2};
// Of the writer's time, before its commit; and the pause after a step, in times of what that took. Short slices with
// long pauses leave senders undisturbed. What has been waiting for kLate is hurried.
constexpr std::chrono::microseconds kUsualSlice{500};
constexpr std::chrono::microseconds kLateSlice{2000};
constexpr int kPause = 6;
constexpr std::chrono::seconds kLate{45};
// One statement of a slice: the number of its rows follows the time that the last one took.
constexpr std::chrono::microseconds kShortStatement{100};
constexpr std::chrono::microseconds kLongStatement{250};
constexpr std::int64_t kMostRows = 128;

std::int64_t adapted(std::int64_t rows, core::SteadyTime::duration took) {
  if (took > kLongStatement) return std::max<std::int64_t>(rows / 2, 1);
  return took < kShortStatement ? std::min(rows * 2, kMostRows) : rows;
}

}  // namespace

RetentionPurge::RetentionPurge(Writer& writer, ReaderPool& readers, std::function<std::int64_t()> newest,
                               const config::Retention& configured, const core::WallClock& clock,
                               metrics::Registry& metrics)
    : writer_(writer),
      readers_(readers),
      newest_(std::move(newest)),
      configured_(configured),
      clock_(clock),
      deleted_(metrics.counter("push_retention_deleted_messages_total",
                               "Messages deleted because they were too old or too many.")),
      lag_(metrics.gauge("push_retention_lag_seconds",
                         "How long ago the oldest message became too old that is still to be deleted.")),
      slice_(metrics.histogram("push_retention_slice_seconds",
                               "Time of the writer that one slice of such deletions took, without its commit.")),
      watching_(configured.days > 0 || configured.count > 0),
      counting_(configured.count > 0) {}

Result<Purger::Progress> RetentionPurge::step() {
  Purger::Progress progress;
  const auto start = core::steady_now();
  do {
    const auto lane = next_walk();
    if (!lane) return lane.error();
    if (*lane == nullptr) {
      progress.finished = true;
      break;
    }
    if (auto advanced = advance(**lane, progress.deleted); !advanced) return advanced.error();
  } while (progress.deleted == 0 && core::steady_now() < start + kStepTime);
  lag_.set(lag_seconds());
  late_ = is_late();
  if (progress.finished) {
    if (watching_) progress.again_after = kLookPeriod;
  } else if (!late_) {
    progress.again_after = kPause * (core::steady_now() - start);
  }
  return progress;
}

void RetentionPurge::rule_changed(core::ApplicationId application) {
  const core::Lock lock(mutex_);
  if (std::find(changed_.begin(), changed_.end(), application) != changed_.end()) return;
  if (changed_.size() < kMostChanges) {
    changed_.push_back(application);
  } else {
    survey_wanted_ = true;
  }
}

std::optional<core::ApplicationId> RetentionPurge::take_changed() {
  const core::Lock lock(mutex_);
  if (changed_.empty()) return std::nullopt;
  const auto application = changed_.back();
  changed_.pop_back();
  return application;
}

// ---- what comes next

void RetentionPurge::look_around() {
  const auto now = core::steady_now();
  if (now < look_at_) return;
  look_at_ = now + kLookPeriod;
  now_ = clock_();
  newest_seen_ = newest_();
  if (!seen_ || !counting_) seen_ = newest_seen_;
  if (surveying_) return;
  bool wanted = agenda_.is_blind(now_);
  {
    const core::Lock lock(mutex_);
    wanted = std::exchange(survey_wanted_, false) || wanted;
  }
  if (wanted) return begin_survey(false);
  if (now >= complete_at_) begin_survey(true);
}

void RetentionPurge::begin_survey(bool complete) {
  surveying_ = true;
  complete_ = complete;
  survey_after_ = 0;
  if (complete) complete_at_ = core::steady_now() + kCompletePeriod;
  agenda_.begin_survey();
}

// The walk whose turn it is; null: there is nothing to do.
Result<std::optional<RetentionPurge::Walk>*> RetentionPurge::next_walk() {
  look_around();
  for (int lanes = 0; lanes < 2; ++lanes) {
    survey_turn_ = !survey_turn_;
    auto& lane = survey_turn_ ? surveyed_ : urgent_;
    if (lane) return &lane;
    auto found = survey_turn_ ? next_of_survey() : next_urgent();
    if (!found) return std::move(found).error();
    lane = *std::move(found);
    if (lane) return &lane;
  }
  return nullptr;
}

RetentionPurge::FoundWalk RetentionPurge::next_urgent() {
  if (const auto changed = take_changed()) return Walk{.application = *changed, .to_the_end = true};
  posted_turn_ = !posted_turn_;
  if (posted_turn_) {
    auto counted = next_counted();
    if (!counted || *counted) return counted;
  }
  if (const auto visit = agenda_.take(now_)) {
    const auto after = static_cast<std::int64_t>(core::value(visit->message)) - 1;
    return Walk{.application = visit->application, .by = By::age, .after = after};
  }
  return posted_turn_ ? FoundWalk(std::nullopt) : next_counted();
}

RetentionPurge::FoundWalk RetentionPurge::next_counted() {
  if (posted_.empty() && counting_ && *seen_ < newest_seen_) {
    if (auto read = read_new_messages(); !read) return read.error();
  }
  if (posted_.empty()) return std::nullopt;
  const Walk walk{.application = posted_.front(), .by = By::count};
  posted_.pop_front();
  return walk;
}

// Which applications have received some of the messages that have not been counted yet.
Result<void> RetentionPurge::read_new_messages() {
  const auto reader = readers_.lease();
  auto query = reader->query(retention::kSomeNewMessages, *seen_);
  if (!query) return query.error();
  std::vector<core::ApplicationId> applications;
  std::int64_t last = newest_seen_;  // if the newer ones are gone by now
  auto done = each(*query, [&](const Query& row) {
    last = row.integer(0);
    applications.push_back(core::ApplicationId{row.natural(1)});
  });
  if (!done) return done;
  seen_ = last;
  std::sort(applications.begin(), applications.end());
  applications.erase(std::unique(applications.begin(), applications.end()), applications.end());
  posted_.assign(applications.begin(), applications.end());
  return {};
}

RetentionPurge::FoundWalk RetentionPurge::next_of_survey() {
  if (!surveying_) return std::nullopt;
  if (survey_page_.empty()) {
    const bool every = configured_.days > 0 || configured_.count > 0;
    const auto reader = readers_.lease();
    const auto page =
        all(*reader, read_integer, every ? retention::kSomeApplications : retention::kSomeWithRules, survey_after_);
    if (!page) return page.error();
    if (page->empty()) {
      surveying_ = false;
      return std::nullopt;
    }
    survey_page_.assign(page->begin(), page->end());
    survey_after_ = page->back();
  }
  const auto application = static_cast<std::uint64_t>(survey_page_.front());
  survey_page_.pop_front();
  return Walk{.application = core::ApplicationId{application}, .to_the_end = complete_};
}

// ---- one application

Result<void> RetentionPurge::advance(std::optional<Walk>& lane, std::int64_t& deleted) {
  Walk& walk = *lane;
  if (!walk.begun) {
    if (auto begun = begin(walk); !begun) return begun;
  }
  if (walk.ranges.empty() && !walk.finished) {
    if (auto read = read_some(walk); !read) return read;
  }
  if (!walk.ranges.empty()) {
    if (auto done = delete_some(walk, deleted); !done) return done;
  }
  if (walk.ranges.empty() && walk.finished) {
    end(walk);
    lane.reset();
  }
  return {};
}

Result<void> RetentionPurge::begin(Walk& walk) {
  walk.begin = core::steady_now();
  const auto reader = readers_.lease();
  const auto own = one(*reader, retention::read_rule, retention::kRuleAndOwner, walk.application);
  if (!own) return own.error();
  walk.rule = in_force(own->value_or(Retention{0, 0}), configured_);  // gone: nothing to do
  watching_ = watching_ || *walk.rule.days > 0 || *walk.rule.count > 0;
  counting_ = counting_ || *walk.rule.count > 0;
  if (walk.by != By::count) walk.too_old = too_old(walk.rule, now_);
  if (walk.by != By::age && *walk.rule.count > 0) {
    const auto kept = one(*reader, read_integer, retention::kOldestKept, walk.application,
                          static_cast<std::int64_t>(*walk.rule.count - 1));
    if (!kept) return kept.error();
    walk.oldest_kept = kept->value_or(0);
  }
  walk.finished = !walk.too_old && walk.oldest_kept == 0;
  walk.begun = true;
  return {};
}

Result<void> RetentionPurge::read_some(Walk& walk) {
  const auto reader = readers_.lease();
  auto query = walk.too_old ? reader->query(retention::kSomeDates, walk.application, walk.after)
                            : reader->query(retention::kSomeIds, walk.application, walk.after, walk.oldest_kept);
  if (!query) return query.error();
  for (std::int64_t rows = 0; !walk.finished; ++rows) {
    const auto row = query->step();
    if (!row) return row.error();
    if (!*row) {
      walk.finished = rows < retention::kSome;
      return {};
    }
    judge(walk, query->integer(0), walk.too_old ? query->time(1) : std::nullopt);
  }
  return {};
}

void RetentionPurge::judge(Walk& walk, std::int64_t message, std::optional<core::WallTime> date) {
  const bool old = walk.too_old && date && *date <= *walk.too_old;
  if (old || message < walk.oldest_kept) {
    const auto due = old ? std::optional(end_of_days(walk.rule, *date)) : std::nullopt;
    if (!std::exchange(walk.open, true)) walk.ranges.push_back({walk.after, message, due});
    walk.ranges.back().last = message;
    walk.after = message;
    return;
  }
  walk.after = message;
  walk.open = false;
  if (!date) return;
  const auto due = end_of_days(walk.rule, *date);
  if (!walk.next || due < walk.next->due) {
    walk.next = {walk.application, core::MessageId{static_cast<std::uint64_t>(message)}, due};
  }
  walk.finished = !walk.to_the_end;
}

Result<void> RetentionPurge::delete_some(Walk& walk, std::int64_t& deleted) {
  Deleted slice;
  const auto done =
      change_now(writer_, [&](Transaction& transaction) { return delete_slice(transaction, walk, slice); });
  if (!done) return done.error();
  if (slice.obsolete) {  // rule_changed() has come, or will
    walk.ranges.clear();
    walk.next.reset();
    walk.finished = true;
    return {};
  }
  walk.ranges.erase(walk.ranges.begin(), walk.ranges.begin() + static_cast<std::ptrdiff_t>(slice.ranges));
  if (!walk.ranges.empty()) walk.ranges.front().after = slice.after;
  if (walk.ranges.empty()) walk.open = false;
  deleted += static_cast<std::int64_t>(slice.ids.size());
  deleted_.add(slice.ids.size());
  return {};
}

// On the writer thread. The rule is read again: nothing is deleted by one that has been replaced.
Result<void> RetentionPurge::delete_slice(Transaction& transaction, const Walk& walk, Deleted& deleted) {
  const auto start = core::steady_now();
  const auto read = [](const Query& row) { return std::pair(retention::read_rule(row), core::UserId{row.natural(2)}); };
  const auto current = one(transaction.database(), read, retention::kRuleAndOwner, walk.application);
  if (!current) return current.error();
  deleted.obsolete = !*current || in_force((*current)->first, configured_) != walk.rule;
  if (deleted.obsolete) return {};
  if (auto done = delete_ranges(transaction.database(), walk, start, deleted); !done) return done;
  if (!deleted.ids.empty()) {
    auto noted = note_deleted(transaction, (*current)->second, walk.application, deleted.ids);
    if (!noted) return noted;
  }
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(core::steady_now() - start);
  slice_.record(static_cast<std::uint64_t>(took.count()));
  return {};
}

Result<void> RetentionPurge::delete_ranges(Database& database, const Walk& walk, core::SteadyTime start,
                                           Deleted& deleted) {
  deleted.after = walk.ranges.front().after;
  for (auto last = start; deleted.ranges < walk.ranges.size();) {
    const Range& range = walk.ranges[deleted.ranges];
    const std::int64_t rows = rows_;
    auto ids = all(database, read_integer, retention::kDeleteSome, walk.application, deleted.after, range.last, rows);
    if (!ids) return ids.error();
    std::sort(ids->begin(), ids->end());
    deleted.ids.insert(deleted.ids.end(), ids->begin(), ids->end());
    if (static_cast<std::int64_t>(ids->size()) == rows) {
      deleted.after = ids->back();
    } else if (++deleted.ranges < walk.ranges.size()) {
      deleted.after = walk.ranges[deleted.ranges].after;
    }
    const auto now = core::steady_now();
    const auto took = now - std::exchange(last, now);
    rows_ = adapted(rows, took);
    if (now - start + took > (late_ ? kLateSlice : kUsualSlice)) break;
  }
  return {};
}

// What else has to be written about deleted messages (`ids` ascending): the floor, the read marks, the event.
Result<void> RetentionPurge::note_deleted(Transaction& transaction, core::UserId user, core::ApplicationId application,
                                          const std::vector<std::int64_t>& ids) {
  Database& database = transaction.database();
  if (auto raised = execute(database, retention::kRaiseFloor, user, ids.back()); !raised) return raised;
  std::vector<core::MessageId> messages(ids.size());
  std::transform(ids.begin(), ids.end(), messages.begin(),
                 [](std::int64_t id) { return core::MessageId{static_cast<std::uint64_t>(id)}; });
  const auto some_are_read = any(database, retention::kSomeAreRead, ids.front(), ids.back());
  if (!some_are_read) return some_are_read.error();
  for (std::size_t i = 0; *some_are_read && i < messages.size(); ++i) {
    if (auto forgotten = forget_read(database, messages[i]); !forgotten) return forgotten;
  }
  const auto some_stay = any(database, retention::kSomeStayBefore, application, ids.back());
  if (!some_stay) return some_stay.error();
  if (!*some_stay) {
    return log_further_deletion(transaction, deletion_up_to(user, now_, messages.back(), application));
  }
  for (std::size_t from = 0; from < messages.size(); from += model::kMaxEventIds) {
    const auto first = messages.begin() + static_cast<std::ptrdiff_t>(from);
    const auto count = static_cast<std::ptrdiff_t>(std::min(model::kMaxEventIds, messages.size() - from));
    auto logged = log_event(transaction, deletion_of(user, now_, {first, first + count}));
    if (!logged) return logged;
  }
  return {};
}

void RetentionPurge::end(const Walk& walk) {
  if (walk.by == By::count) return;
  if (walk.next) {
    agenda_.put(*walk.next);
  } else {
    agenda_.erase(walk.application);
  }
}

// Whether something has been too old for long, and known to be.
bool RetentionPurge::is_late() const {
  const auto now = core::steady_now();
  const auto waits = [now](const std::optional<Walk>& lane) {
    return lane && !lane->ranges.empty() && now - lane->begin > kLate;
  };
  return waits(urgent_) || waits(surveyed_);
}

std::int64_t RetentionPurge::lag_seconds() const {
  auto due = agenda_.soonest();
  for (const auto* lane : {&urgent_, &surveyed_}) {
    if (!*lane || (*lane)->ranges.empty()) continue;
    const auto& first = (*lane)->ranges.front().due;
    if (first) due = std::min(due.value_or(*first), *first);
  }
  const auto now = clock_();
  return due && *due < now ? std::chrono::duration_cast<std::chrono::seconds>(now - *due).count() : 0;
}

}  // namespace push::store::sqlite
