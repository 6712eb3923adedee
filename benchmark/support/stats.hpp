// Medians, slopes, and a histogram that fits into one packet.
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace push::bench {

double median(std::vector<double> values);

struct Point {
  double x = 0;
  double y = 0;
};
// Least squares; at least two different x.
double slope(const std::vector<Point>& points);

// Durations in nanoseconds, each recorded in a bucket at most 0.8 % wide; count and maximum are exact.
// Trivially copyable, so that a child process can send it as is.
class Histogram {
 public:
  void record(std::int64_t nanoseconds);
  void add(const Histogram& other);
  std::uint64_t count() const { return count_; }
  double max_us() const { return static_cast<double>(max_) / 1e3; }
  // The upper edge of the bucket that holds the quantile (0..1), in microseconds; 0 if nothing was recorded.
  double quantile_us(double quantile) const;

 private:
  static constexpr unsigned kSubBits = 7;
  static constexpr unsigned kTopBit = 40;  // about 18 minutes; longer ones count in the last bucket
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t upper_edge(std::size_t bucket);

  std::array<std::uint32_t, (kTopBit - kSubBits + 2) << kSubBits> buckets_{};
  std::uint64_t count_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace push::bench
