// The minimum rate of a transfer: a credit of `rate` bytes for each of `seconds`, spent as time passes and earned by
// the bytes that move. A transfer that stands still is too slow after `seconds`; one that moves, but not enough, later.
#pragma once
#include <algorithm>
#include <cstdint>

namespace push::net {

class MinimumRate {
 public:
  // At most 1 MiB/s and 3,600 s (config), so that the credit fits.
  void start(std::uint32_t rate, std::uint32_t seconds) { credit_ = most_ = rate * seconds; }
  void moved(std::uint64_t bytes) {
    credit_ =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(most_, credit_ + std::min<std::uint64_t>(most_, bytes)));
  }
  // A second has passed. False: too slow.
  bool pass_second(std::uint32_t rate) {
    credit_ -= std::min(credit_, rate);
    return credit_ > 0;
  }

 private:
  std::uint32_t credit_ = 0;
  std::uint32_t most_ = 0;
};

}  // namespace push::net
