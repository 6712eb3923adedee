#include "benchmark/support/probe.hpp"

#include <utility>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"

namespace push::bench {

Probe::Probe(std::string name, std::uint16_t port, std::string request, unsigned per_second)
    : name_(std::move(name)),
      request_(std::move(request)),
      period_(1'000'000'000 / per_second),
      pool_(port, 16),
      due_(monotonic_ns()) {}

void Probe::step(bool sending) {
  const std::int64_t now = monotonic_ns();
  for (; sending && due_ <= now && pool_.has_free(); due_ += period_) {
    pool_.send(request_, static_cast<std::uint64_t>(due_));
  }
  pool_.poll(0, [&](std::uint64_t due, std::int64_t, const Response& response) {
    require_ok(response, name_);
    times_.record(monotonic_ns() - static_cast<std::int64_t>(due));
  });
}

void Probe::forget() {
  times_ = Histogram{};
  due_ = monotonic_ns();
}

void require_ok(const Response& response, const std::string& what) {
  if (response.status == 200) return;
  fail(what + " answered " + std::to_string(response.status) + ": " + std::string(response.body));
}

}  // namespace push::bench
