// Users, each with one application and one connection: what a POST and its delivery cost, and how long they take.
#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <nlohmann/json.hpp>

#include "scale.hpp"
#include "support/check.hpp"
#include "support/clock.hpp"
#include "support/names.hpp"
#include "support/post_pool.hpp"
#include "support/server.hpp"
#include "support/stamp.hpp"
#include "support/stats.hpp"
#include "support/subscribers.hpp"
#include "support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

constexpr unsigned kDefaultTop = 10'000;
constexpr std::size_t kPosters = 16;
constexpr unsigned kAtOnce = 20'000;         // messages of a round as fast as they are answered
constexpr unsigned kPaced = 1000;            // messages of a round on a schedule
constexpr std::int64_t kPeriod = 1'000'000;  // of the schedule
constexpr unsigned kPingSeconds = 3600;      // nobody answers pings while another size has its turn
constexpr double kPatience = 60;

// A server with so many users, all of them online. Message number n goes to user n modulo users.
class Town {
 public:
  Town(const Options& options, unsigned users)
      : users_(users),
        size_(options.size),
        server_({.program = options.program,
                 .directory = options.dir,
                 .threads = options.threads,
                 .users = users,
                 .ping_seconds = kPingSeconds}),
        subscribers_({.port = server_.port(), .source_net = 60, .own_users = true, .concurrent_posts = true}) {
    subscribers_.open_up_to(users, 0, 0, kPatience);
    PostPool pool(server_.port(), kPosters);
    run(pool, kAtOnce, 0);
  }

  void round() {
    PostPool pool(server_.port(), kPosters);
    const std::int64_t cpu_before = server_.cpu_ns();
    const std::int64_t start = monotonic_ns();
    run(pool, kAtOnce, 0);
    cpu_us_.push_back(static_cast<double>(server_.cpu_ns() - cpu_before) / 1e3 / kAtOnce);
    per_second_.push_back(kAtOnce * 1e9 / static_cast<double>(monotonic_ns() - start));
    subscribers_.forget_latencies();
    run(pool, kPaced, kPeriod);
    p50_us_.push_back(subscribers_.latencies().quantile_us(0.5));
  }

  Json figures() const {
    return {{"users", users_},
            {"server_cpu_us_per_message", figure_of(cpu_us_)},
            {"messages_per_second", figure_of(per_second_)},
            {"delivery_p50_us", figure_of(p50_us_)}};
  }

 private:
  // Returns when all are answered and delivered. Period 0: as fast as they are answered.
  void run(PostPool& pool, unsigned count, std::int64_t period) {
    const std::uint32_t last = sequence_ + count;
    std::int64_t due = monotonic_ns();
    const Deadline deadline(kPatience);
    while (answered_ < last || subscribers_.deliveries() < last) {
      if (deadline.passed()) {
        fail("scale: of " + std::to_string(last) + " messages to " + std::to_string(users_) + " users " +
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

  void send(PostPool& pool, std::int64_t when) {
    const unsigned user = sequence_ % users_;
    const Stamp stamp{.sent_ns = when, .sequence = ++sequence_, .user = user};
    pool.send(post_request(server_.port(), application_token(user), stamp_text(stamp, size_)), 0);
  }

  void wait(const PostPool& pool, std::int64_t until) const {
    std::array<pollfd, 2> entries{{{.fd = pool.epoll_fd(), .events = POLLIN, .revents = 0},
                                   {.fd = subscribers_.epoll_fd(), .events = POLLIN, .revents = 0}}};
    const timespec time{.tv_sec = 0, .tv_nsec = std::max<long>(until - monotonic_ns(), 0)};
    must(::ppoll(entries.data(), entries.size(), &time, nullptr), "ppoll");
  }

  unsigned users_;
  std::size_t size_;
  Server server_;
  Subscribers subscribers_;
  std::uint32_t sequence_ = 0;
  std::uint32_t answered_ = 0;
  std::vector<double> cpu_us_;
  std::vector<double> per_second_;
  std::vector<double> p50_us_;
};

}  // namespace

Json scale_users(const Options& options) {
  const unsigned top = options.connections != 0 ? std::min(options.connections, kDefaultTop) : kDefaultTop;
  std::vector<std::unique_ptr<Town>> towns;
  for (const unsigned users : decades(top, true)) {
    progress("scale users, a server for " + std::to_string(users));
    towns.push_back(std::make_unique<Town>(options, users));
  }
  for (unsigned round = 0; round < scale_rounds(options); ++round) {
    progress("scale users, round " + std::to_string(round + 1) + " of " + std::to_string(scale_rounds(options)));
    for (const auto& town : towns) town->round();
  }
  Json result{{"posters", kPosters}, {"paced_per_second", 1'000'000'000 / kPeriod}, {"points", Json::array()}};
  Table table({"users", "server CPU us/message", "delivery p50 us", "messages/s"});
  for (const auto& town : towns) {
    const Json point = town->figures();
    table.row({std::to_string(point["users"].get<unsigned>()), spread(point["server_cpu_us_per_message"], 1),
               spread(point["delivery_p50_us"], 0), decimal(point["messages_per_second"]["median"].get<double>(), 0)});
    result["points"].push_back(point);
  }
  table.print();
  std::printf("\n");
  return result;
}

}  // namespace push::bench
