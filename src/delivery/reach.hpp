// Whether the database answers, and for how long it has not. One thread queries it; any thread may look.
#pragma once
#include <atomic>
#include <chrono>
#include <string>

#include "delivery/meters.hpp"
#include "push/core/clock.hpp"
#include "push/core/result.hpp"

namespace push::delivery {

class Reach {
 public:
  static constexpr std::chrono::seconds kSlow{1};  // an answer that takes longer may never come

  explicit Reach(Meters& meters) : meters_(meters) {}

  // Around each query. Failures are logged once until it answers again.
  void asked();
  template <class T>
  void answered(const core::Result<T>& answer) {
    if (answer)
      succeeded();
    else
      failed(answer.error().text);
  }
  // Zero: it answers.
  std::chrono::milliseconds unreachable() const;

 private:
  void succeeded();
  void failed(const std::string& trouble);

  Meters& meters_;
  std::atomic<core::SteadyTime> asked_{core::SteadyTime()};  // zero: no query is outstanding
  std::atomic<core::SteadyTime> answered_{core::steady_now()};
  std::atomic<bool> failing_{false};
};

}  // namespace push::delivery
