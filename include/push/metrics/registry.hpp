// Counters, gauges and histograms, printed as Prometheus text. Created once at start, on the main thread; afterwards
// updated from any thread without a lock. References stay valid as long as the registry. An invalid name, or one name
// with two types, is a programming error.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/core/mutex.hpp"

namespace push::metrics {

class Counter {
 public:
  void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Goes up and down; signed, so that two threads may add and subtract in either order.
class Gauge {
 public:
  void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
  void set(std::int64_t n) { value_.store(n, std::memory_order_relaxed); }
  std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Buckets are powers of two from 1 microsecond to 2^24 (16.8 s); record() takes microseconds.
class Histogram {
 public:
  static constexpr std::size_t kBuckets = 25;
  void record(std::uint64_t microseconds);
  std::uint64_t count() const;
  std::uint64_t sum_microseconds() const { return sum_.load(std::memory_order_relaxed); }
  std::uint64_t bucket(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }

 private:
  std::array<std::atomic<std::uint64_t>, kBuckets + 1> buckets_{};  // the last one is +Inf
  std::atomic<std::uint64_t> sum_{0};
};

class Registry {
 public:
  // name: Prometheus name without labels; labels: formatted, such as reason="slow_consumer", or empty.
  // The same (name, labels) returns the same object.
  Counter& counter(std::string_view name, std::string_view help, std::string_view labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, std::string_view labels = {});
  // A gauge that is read when it is printed (e.g. a queue's length). `read` is called from the printing thread.
  void gauge(std::string_view name, std::string_view help, std::function<std::int64_t()> read);
  // A counter that somebody else counts; otherwise the same.
  void counter(std::string_view name, std::string_view help, std::function<std::int64_t()> read);
  Histogram& histogram(std::string_view name, std::string_view help, std::string_view labels = {});

  // What the counters and gauges of this name say now, by their labels; empty: there are none.
  std::vector<std::pair<std::string, std::int64_t>> values(std::string_view name) const;
  // Null if there is none of this name.
  const Histogram* find_histogram(std::string_view name) const;

  // Prometheus text format 0.0.4, families sorted by name, HELP and TYPE once each.
  std::string text() const;

 private:
  struct Entry {
    enum class Kind { counter, gauge, callback_counter, callback_gauge, histogram };
    Kind kind;
    std::string name;
    std::string help;
    std::string labels;
    Counter counter;
    Gauge gauge;
    Histogram histogram;
    std::function<std::int64_t()> read;
    Entry(Kind k, std::string_view n, std::string_view h, std::string_view l) : kind(k), name(n), help(h), labels(l) {}
  };
  static std::string_view type_of(Entry::Kind kind);
  static std::int64_t read(const Entry& entry);  // of a counter or a gauge
  std::vector<const Entry*> sorted() const;      // by name
  void add_callback(Entry::Kind kind, std::string_view name, std::string_view help, std::function<std::int64_t()> read);
  Entry& find_or_add(Entry::Kind kind, std::string_view name, std::string_view help, std::string_view labels)
      PUSH_REQUIRES(mutex_);

  mutable core::Mutex mutex_;
  std::deque<Entry> entries_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::metrics
