#include "benchmark/pacing.hpp"

#include <poll.h>
#include <sys/timerfd.h>

#include <array>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/stamp.hpp"

namespace push::bench {
namespace {

constexpr std::size_t kConnections = 16;

}  // namespace

Pacing::Pacing(const PacingPlan& plan)
    : plan_(plan),
      period_ns_(1'000'000'000 / plan.rate),
      timer_(must(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")),
      pool_(plan.post_port, kConnections),
      subscriber_(
          {.port = plan.stream_port, .source_net = plan.source_net, .own_users = true, .concurrent_posts = true}) {
  subscriber_.open_up_to(1, 0, plan.user, 10);
}

void Pacing::warm_up() {
  run(kWarming, 0);
  forget();
}

void Pacing::run(std::uint32_t count, std::int64_t period_ns) {
  const std::uint32_t last = sequence_ + count;
  std::int64_t due = monotonic_ns() + period_ns;
  const Deadline deadline(60 + static_cast<double>(count) * static_cast<double>(period_ns) / 1e9);
  while (answered_ < last || subscriber_.deliveries() < last) {
    if (deadline.passed())
      fail("messages are missing: " + std::to_string(subscriber_.deliveries()) + " of " + std::to_string(last));
    for (; sequence_ < last && monotonic_ns() >= due && pool_.has_free(); due += period_ns) send(due);
    held_up_ = !pool_.has_free();
    wait(sequence_ < last && pool_.has_free() ? due : monotonic_ns() + 100'000'000);
    subscriber_.pump(0);
    pool_.poll(0, [&](std::uint64_t tag, std::int64_t, const Response& response) {
      if (response.status != 200) fail("POST answered " + std::to_string(response.status));
      ++answered_;
      answers_.record(monotonic_ns() - static_cast<std::int64_t>(tag));
    });
  }
}

void Pacing::forget() {
  subscriber_.forget_latencies();
  late_ = Histogram{};
  answers_ = Histogram{};
}

// A message that had to wait for a free connection keeps its scheduled time, so waiting for the server counts.
void Pacing::send(std::int64_t due) {
  const std::int64_t sent = held_up_ ? due : monotonic_ns();
  late_.record(sent - due);
  const Stamp stamp{.sent_ns = sent, .sequence = ++sequence_, .user = plan_.user};
  pool_.send(post_request(plan_.post_port, application_token(plan_.user), stamp_text(stamp, plan_.size)),
             static_cast<std::uint64_t>(sent));
}

void Pacing::wait(std::int64_t until) const {
  itimerspec when{};
  when.it_value.tv_sec = until / 1'000'000'000;
  when.it_value.tv_nsec = until % 1'000'000'000;
  must(::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr), "timerfd_settime");
  std::array<pollfd, 3> entries{{{.fd = timer_.get(), .events = POLLIN, .revents = 0},
                                 {.fd = pool_.epoll_fd(), .events = POLLIN, .revents = 0},
                                 {.fd = subscriber_.epoll_fd(), .events = POLLIN, .revents = 0}}};
  must(::poll(entries.data(), entries.size(), 1000), "poll");
}

void add_row(Table& table, const std::string& name, const Histogram& histogram) {
  table.row({name, std::to_string(histogram.count()), decimal(histogram.quantile_us(0.5), 0),
             decimal(histogram.quantile_us(0.9), 0), decimal(histogram.quantile_us(0.99), 0),
             decimal(histogram.max_us(), 0)});
}

}  // namespace push::bench
