// When the next message of each application becomes too old: the soonest visits, in bounded memory. What does not fit
// is found again by a survey of all applications, once the time of the first visit that was dropped has come.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "push/core/clock.hpp"
#include "push/core/ids.hpp"

namespace push::store {

// One thread's.
class RetentionAgenda {
 public:
  struct Visit {
    core::ApplicationId application{};
    core::MessageId message{};  // the oldest one that has to be looked at
    core::WallTime due{};       // when that becomes too old
  };

  // About 150 bytes per visit.
  explicit RetentionAgenda(std::size_t most) : most_(most) {}

  // Replaces the application's visit.
  void put(const Visit& visit);
  void erase(core::ApplicationId application);
  // Removes and returns the soonest visit, if it is due by `now`.
  std::optional<Visit> take(core::WallTime now);
  // When the soonest visit is due.
  std::optional<core::WallTime> soonest() const;

  // Whether there may be visits that were dropped and are due by `now`: time for a survey, which puts every visit
  // again.
  bool is_blind(core::WallTime now) const { return horizon_ && *horizon_ <= now; }
  void begin_survey() { horizon_.reset(); }
  std::size_t size() const { return visits_.size(); }

 private:
  using Time = std::pair<core::WallTime, core::ApplicationId>;

  const std::size_t most_;
  std::map<core::ApplicationId, Visit> visits_;
  std::set<Time> times_;                   // of `visits_`
  std::optional<core::WallTime> horizon_;  // when the first of those dropped is due
};

}  // namespace push::store
