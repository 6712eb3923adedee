#include "store/retention_purge.hpp"

#include <algorithm>
#include <utility>

#include "store/rules.hpp"

namespace push::store {
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

}  // namespace

RetentionPurge::RetentionPurge(RetentionTables& tables, std::function<core::MessageId()> newest,
                               const config::Retention& configured, const core::WallClock& clock,
                               metrics::Registry& metrics)
    : tables_(tables),
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
  survey_after_ = {};
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
    const core::MessageId after{core::value(visit->message) - 1};
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
  auto posted = tables_.posted_after(*seen_);
  if (!posted) return posted.error();
  seen_ = posted->up_to != core::MessageId{} ? posted->up_to : newest_seen_;  // if the newer ones are gone by now
  auto& applications = posted->applications;
  std::sort(applications.begin(), applications.end());
  applications.erase(std::unique(applications.begin(), applications.end()), applications.end());
  posted_.assign(applications.begin(), applications.end());
  return {};
}

RetentionPurge::FoundWalk RetentionPurge::next_of_survey() {
  if (!surveying_) return std::nullopt;
  if (survey_page_.empty()) {
    const bool every = configured_.days > 0 || configured_.count > 0;
    const auto which = every ? RetentionTables::Which::all : RetentionTables::Which::with_a_rule;
    const auto page = tables_.applications_after(survey_after_, which);
    if (!page) return page.error();
    if (page->empty()) {
      surveying_ = false;
      return std::nullopt;
    }
    survey_page_.assign(page->begin(), page->end());
    survey_after_ = page->back();
  }
  const core::ApplicationId application = survey_page_.front();
  survey_page_.pop_front();
  return Walk{.application = application, .to_the_end = complete_};
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
  const auto rule = tables_.find_rule(walk.application);
  if (!rule) return rule.error();
  walk.rule = rule->value_or(RetentionTables::OwnedRule{.own = {0, 0}});  // gone: nothing to do
  walk.in_force = in_force(walk.rule.own, configured_);
  const std::uint64_t count = *walk.in_force.count;
  watching_ = watching_ || *walk.in_force.days > 0 || count > 0;
  counting_ = counting_ || count > 0;
  if (walk.by != By::count) walk.too_old = too_old(walk.in_force, now_);
  if (walk.by != By::age && count > 0) {
    const auto kept = tables_.nth_newest(walk.application, count);
    if (!kept) return kept.error();
    walk.oldest_kept = kept->value_or(core::MessageId{});
  }
  walk.finished = !walk.too_old && walk.oldest_kept == core::MessageId{};
  walk.begun = true;
  return {};
}

Result<void> RetentionPurge::read_some(Walk& walk) {
  const auto take = [&walk](core::MessageId message, std::optional<core::WallTime> date) {
    judge(walk, message, date);
    return !walk.finished;
  };
  const auto more = walk.too_old ? tables_.list_dates(walk.application, walk.after, take)
                                 : tables_.list_ids(walk.application, walk.after, walk.oldest_kept, take);
  if (!more) return more.error();
  walk.finished = walk.finished || !*more;
  return {};
}

void RetentionPurge::judge(Walk& walk, core::MessageId message, std::optional<core::WallTime> date) {
  const bool old = walk.too_old && date && *date <= *walk.too_old;
  if (old || message < walk.oldest_kept) {
    const auto due = old ? std::optional(end_of_days(walk.in_force, *date)) : std::nullopt;
    if (!std::exchange(walk.open, true)) walk.ranges.push_back({walk.after, message, due});
    walk.ranges.back().last = message;
    walk.after = message;
    return;
  }
  walk.after = message;
  walk.open = false;
  if (!date) return;
  const auto due = end_of_days(walk.in_force, *date);
  if (!walk.next || due < walk.next->due) {
    walk.next = {walk.application, message, due};
  }
  walk.finished = !walk.to_the_end;
}

Result<void> RetentionPurge::delete_some(Walk& walk, std::int64_t& deleted) {
  const auto slice = tables_.delete_some({.application = walk.application,
                                          .rule = walk.rule,
                                          .now = now_,
                                          .time = late_ ? kLateSlice : kUsualSlice,
                                          .ranges = walk.ranges});
  if (!slice) return slice.error();
  if (slice->obsolete) {  // rule_changed() has come, or will
    walk.ranges.clear();
    walk.next.reset();
    walk.finished = true;
    return {};
  }
  slice_.record(static_cast<std::uint64_t>(slice->took.count()));
  const auto left = std::find_if(walk.ranges.begin(), walk.ranges.end(),
                                 [&](const RetentionTables::Range& range) { return range.last > slice->up_to; });
  walk.ranges.erase(walk.ranges.begin(), left);
  if (walk.ranges.empty()) {
    walk.open = false;
  } else {
    walk.ranges.front().after = std::max(walk.ranges.front().after, slice->up_to);
  }
  deleted += static_cast<std::int64_t>(slice->messages);
  deleted_.add(slice->messages);
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

}  // namespace push::store
