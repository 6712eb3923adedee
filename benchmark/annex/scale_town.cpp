#include "benchmark/annex/scale_town.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/stamp.hpp"

namespace push::bench {
namespace {

constexpr unsigned kPingSeconds = 3600;  // nobody answers pings during another town's turn
constexpr double kPatience = 60;

}  // namespace

Town::Town(const ScaleOptions& options, TownPlan plan)
    : plan_(plan),
      size_(options.size),
      server_({.program = options.program,
               .directory = options.dir,
               .threads = options.threads,
               .users = plan.online + plan.absent,
               .ping_seconds = kPingSeconds,
               .shards = plan.shards}),
      subscribers_({.port = server_.port(), .source_net = 60, .own_users = true, .concurrent_posts = true}) {
  subscribers_.open_up_to(plan_.online, 0, 0, kPatience);
}

void Town::run(PostPool& pool, unsigned count, std::int64_t period) {
  const std::uint32_t last = sequence_ + count;
  std::int64_t due = monotonic_ns();
  const Deadline deadline(kPatience);
  while (answered_ < last || subscribers_.deliveries() < last) {
    if (deadline.passed()) {
      fail("scale: of " + std::to_string(last) + " messages to " + std::to_string(plan_.online) + " users " +
           std::to_string(subscribers_.deliveries()) + " came");
    }
    for (; sequence_ < last && pool.has_free() && (period == 0 || monotonic_ns() >= due); due += period) {
      send(pool, period == 0 ? monotonic_ns() : due);
    }
    wait(pool, period != 0 && sequence_ < last && pool.has_free() ? due : monotonic_ns() + 100'000'000);
    subscribers_.pump(0);
    pool.poll(0, [&](std::uint64_t, std::int64_t, const Response& response) {
      if (response.status != 200) fail("POST answered " + std::to_string(response.status));
      ++answered_;
    });
  }
}

void Town::send(PostPool& pool, std::int64_t when) {
  const unsigned user = sequence_ % plan_.online;
  const Stamp stamp{.sent_ns = when, .sequence = ++sequence_, .user = user};
  pool.send(post_request(server_.port(), application_token(user), stamp_text(stamp, size_)), 0);
}

void Town::wait(const PostPool& pool, std::int64_t until) const {
  std::array<pollfd, 2> entries{{{.fd = pool.epoll_fd(), .events = POLLIN, .revents = 0},
                                 {.fd = subscribers_.epoll_fd(), .events = POLLIN, .revents = 0}}};
  const timespec time{.tv_sec = 0, .tv_nsec = std::max<long>(until - monotonic_ns(), 0)};
  must(::ppoll(entries.data(), entries.size(), &time, nullptr), "ppoll");
}

}  // namespace push::bench
