// How many rows a store deletes at a time: the number follows the time that the last ones took.
#pragma once
#include <algorithm>
#include <cstdint>

#include "push/core/clock.hpp"

namespace push::store {

// One thread's.
class SliceSize {
 public:
  explicit SliceSize(std::int64_t most) : most_(most) {}

  std::int64_t rows() const { return rows_; }
  // After a deletion that took `took` and should not have taken more than `longest`: half as many if it did, twice as
  // many if it took less than two fifths of that.
  void adapt(core::SteadyTime::duration took, core::SteadyTime::duration longest) {
    if (took > longest) {
      rows_ = std::max<std::int64_t>(rows_ / 2, 1);
    } else if (5 * took < 2 * longest) {
      rows_ = std::min(rows_ * 2, most_);
    }
  }

 private:
  const std::int64_t most_;
  std::int64_t rows_ = 8;
};

}  // namespace push::store
