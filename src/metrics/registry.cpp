#include "push/metrics/registry.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "push/core/check.hpp"

namespace push::metrics {

namespace {

bool valid_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':';
  });
}

// Seconds with all six digits of a microsecond, trailing zeros trimmed: 0.000001, 1.048576, 3.
std::string seconds(std::uint64_t microseconds) {
  std::string digits = std::to_string(microseconds % 1'000'000);
  digits.insert(0, 6 - digits.size(), '0');
  digits.erase(digits.find_last_not_of('0') + 1);
  std::string text = std::to_string(microseconds / 1'000'000);
  return digits.empty() ? text : text + '.' + digits;
}

void append_help(std::string& out, std::string_view help) {
  for (const char c : help) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

void append_sample(std::string& out, std::string_view name, std::string_view labels, std::string_view value) {
  out += name;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
  out += value;
  out += '\n';
}

void append_histogram(std::string& out, const std::string& name, const std::string& labels,
                      const Histogram& histogram) {
  const std::string before = labels.empty() ? "" : labels + ',';
  // _count is the sum of the buckets, so that a page is consistent while other threads record.
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= Histogram::kBuckets; ++i) {
    total += histogram.bucket(i);
    const std::string bound = i == Histogram::kBuckets ? "+Inf" : seconds(std::uint64_t{1} << i);
    append_sample(out, name + "_bucket", before + "le=\"" + bound + '"', std::to_string(total));
  }
  append_sample(out, name + "_sum", labels, seconds(histogram.sum_microseconds()));
  append_sample(out, name + "_count", labels, std::to_string(total));
}

}  // namespace

void Histogram::record(std::uint64_t microseconds) {
  const std::size_t power = microseconds <= 1 ? 0 : static_cast<std::size_t>(std::bit_width(microseconds - 1));
  buckets_[std::min(power, kBuckets)].fetch_add(1, std::memory_order_relaxed);
  sum_.fetch_add(microseconds, std::memory_order_relaxed);
}

std::uint64_t Histogram::count() const {
  std::uint64_t total = 0;
  for (const auto& bucket : buckets_) total += bucket.load(std::memory_order_relaxed);
  return total;
}

std::string_view Registry::type_of(Entry::Kind kind) {
  switch (kind) {
    case Entry::Kind::counter:
    case Entry::Kind::callback_counter:
      return " counter\n";
    case Entry::Kind::histogram:
      return " histogram\n";
    case Entry::Kind::gauge:
    case Entry::Kind::callback_gauge:
      break;
  }
  return " gauge\n";
}

Registry::Entry& Registry::find_or_add(Entry::Kind kind, std::string_view name, std::string_view help,
                                       std::string_view labels) {
  PUSH_CHECK(valid_name(name));
  for (Entry& entry : entries_) {
    if (entry.name != name) continue;
    PUSH_CHECK(entry.kind == kind);  // one name, one type
    if (entry.labels == labels) return entry;
  }
  return entries_.emplace_back(kind, name, help, labels);
}

Counter& Registry::counter(std::string_view name, std::string_view help, std::string_view labels) {
  const core::Lock lock(mutex_);
  return find_or_add(Entry::Kind::counter, name, help, labels).counter;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, std::string_view labels) {
  const core::Lock lock(mutex_);
  return find_or_add(Entry::Kind::gauge, name, help, labels).gauge;
}

void Registry::add_callback(Entry::Kind kind, std::string_view name, std::string_view help,
                            std::function<std::int64_t()> read) {
  PUSH_CHECK(read != nullptr);
  const core::Lock lock(mutex_);
  Entry& entry = find_or_add(kind, name, help, {});
  PUSH_CHECK(entry.read == nullptr);  // a second reader would silently replace the first
  entry.read = std::move(read);
}

void Registry::gauge(std::string_view name, std::string_view help, std::function<std::int64_t()> read) {
  add_callback(Entry::Kind::callback_gauge, name, help, std::move(read));
}

void Registry::counter(std::string_view name, std::string_view help, std::function<std::int64_t()> read) {
  add_callback(Entry::Kind::callback_counter, name, help, std::move(read));
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, std::string_view labels) {
  const core::Lock lock(mutex_);
  return find_or_add(Entry::Kind::histogram, name, help, labels).histogram;
}

// Entries are never removed and never change except for their atomics, so they are read after the lock is released: a
// callback may take locks of its own.
std::vector<const Registry::Entry*> Registry::sorted() const {
  std::vector<const Entry*> all;
  {
    const core::Lock lock(mutex_);
    all.reserve(entries_.size());
    for (const Entry& entry : entries_) all.push_back(&entry);
  }
  std::stable_sort(all.begin(), all.end(), [](const Entry* a, const Entry* b) { return a->name < b->name; });
  return all;
}

std::int64_t Registry::read(const Entry& entry) {
  switch (entry.kind) {
    case Entry::Kind::counter:
      return static_cast<std::int64_t>(entry.counter.value());
    case Entry::Kind::gauge:
      return entry.gauge.value();
    case Entry::Kind::callback_counter:
    case Entry::Kind::callback_gauge:
      return entry.read();
    case Entry::Kind::histogram:
      break;
  }
  return static_cast<std::int64_t>(entry.histogram.count());
}

std::vector<std::pair<std::string, std::int64_t>> Registry::values(std::string_view name) const {
  std::vector<std::pair<std::string, std::int64_t>> found;
  for (const Entry* entry : sorted()) {
    if (entry->name == name) found.emplace_back(entry->labels, read(*entry));
  }
  return found;
}

const Histogram* Registry::find_histogram(std::string_view name) const {
  for (const Entry* entry : sorted()) {
    if (entry->name == name && entry->kind == Entry::Kind::histogram) return &entry->histogram;
  }
  return nullptr;
}

std::string Registry::text() const {
  std::string out;
  const std::string* family = nullptr;
  for (const Entry* entry : sorted()) {
    if (family == nullptr || *family != entry->name) {
      family = &entry->name;
      out += "# HELP " + entry->name + ' ';
      append_help(out, entry->help);
      out += "\n# TYPE " + entry->name;
      out += type_of(entry->kind);
    }
    if (entry->kind == Entry::Kind::histogram) {
      append_histogram(out, entry->name, entry->labels, entry->histogram);
    } else {
      append_sample(out, entry->name, entry->labels, std::to_string(read(*entry)));
    }
  }
  return out;
}

}  // namespace push::metrics
