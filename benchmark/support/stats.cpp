#include "benchmark/support/stats.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "benchmark/support/check.hpp"

namespace push::bench {

double median(std::vector<double> values) {
  if (values.empty()) fail("median of nothing");
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 != 0 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double slope(const std::vector<Point>& points) {
  double mean_x = 0;
  double mean_y = 0;
  for (const Point& point : points) {
    mean_x += point.x / static_cast<double>(points.size());
    mean_y += point.y / static_cast<double>(points.size());
  }
  double covariance = 0;
  double variance = 0;
  for (const Point& point : points) {
    covariance += (point.x - mean_x) * (point.y - mean_y);
    variance += (point.x - mean_x) * (point.x - mean_x);
  }
  if (variance <= 0) fail("slope needs two different points");
  return covariance / variance;
}

std::size_t Histogram::bucket_of(std::uint64_t value) {
  constexpr std::uint64_t kSub = std::uint64_t{1} << kSubBits;
  if (value < kSub) return value;
  value = std::min(value, (std::uint64_t{2} << kTopBit) - 1);
  const unsigned exponent = static_cast<unsigned>(std::bit_width(value)) - 1;
  const std::uint64_t sub = (value >> (exponent - kSubBits)) & (kSub - 1);
  return ((exponent - kSubBits + 1) << kSubBits) + sub;
}

std::uint64_t Histogram::upper_edge(std::size_t bucket) {
  constexpr std::uint64_t kSub = std::uint64_t{1} << kSubBits;
  if (bucket < kSub) return bucket;
  const std::uint64_t shift = (bucket >> kSubBits) - 1;
  return ((kSub + (bucket & (kSub - 1)) + 1) << shift) - 1;
}

void Histogram::record(std::int64_t nanoseconds) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(nanoseconds, 0));
  ++buckets_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, value);
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

double Histogram::quantile_us(double quantile) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(quantile * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= wanted && seen > 0) return static_cast<double>(std::min(upper_edge(i), max_)) / 1e3;
  }
  return max_us();
}

}  // namespace push::bench
