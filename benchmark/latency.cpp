// latency: POSTs on a fixed schedule, each timed from its write to its arrival at one subscriber, or from its scheduled
// time if it had to wait for a free connection. How late the generator's own timer woke it is counted separately.
#include <poll.h>
#include <sys/timerfd.h>

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "benchmark/crowd.hpp"
#include "benchmark/durable_floor.hpp"
#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscribers.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct LatencyOptions : CommonOptions {
  LatencyOptions() : CommonOptions{.threads = 0} {}
  unsigned seconds = 20;
  unsigned rate = 200;  // POSTs per second
  unsigned behind = 0;  // subscribers of another user who is busy at the same time
};

constexpr std::size_t kConnections = 16;
constexpr std::uint32_t kWarming = 200;
constexpr std::uint32_t kBlocks = 5;  // the server and the floor take turns
constexpr unsigned kUser = 1;         // user 0 has the crowd

class Pacing {
 public:
  Pacing(std::uint16_t port, unsigned source_net, const LatencyOptions& options)
      : port_(port),
        size_(options.size),
        period_ns_(1'000'000'000 / options.rate),
        timer_(must(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create")),
        pool_(port, kConnections),
        subscriber_({.port = port, .source_net = source_net, .own_users = true, .concurrent_posts = true}) {
    subscriber_.open_up_to(1, 0, kUser, 10);
  }

  // Sends one request on every connection: the server closes one that sends none within a while.
  void warm_up() {
    run(kWarming, 0);
    forget();
  }

  // `count` messages; returns when all are answered and delivered.
  void run(std::uint32_t count) { run(count, period_ns_); }

  const Histogram& deliveries() const { return subscriber_.latencies(); }
  const Histogram& answers() const { return answers_; }
  const Histogram& late() const { return late_; }

 private:
  void run(std::uint32_t count, std::int64_t period_ns) {
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

  void forget() {
    subscriber_.forget_latencies();
    late_ = Histogram{};
    answers_ = Histogram{};
  }

  // A message that had to wait for a free connection keeps its scheduled time, so waiting for the server counts.
  void send(std::int64_t due) {
    const std::int64_t sent = held_up_ ? due : monotonic_ns();
    late_.record(sent - due);
    const Stamp stamp{.sent_ns = sent, .sequence = ++sequence_, .user = kUser};
    pool_.send(post_request(port_, application_token(kUser), stamp_text(stamp, size_)),
               static_cast<std::uint64_t>(sent));
  }

  void wait(std::int64_t until) const {
    itimerspec when{};
    when.it_value.tv_sec = until / 1'000'000'000;
    when.it_value.tv_nsec = until % 1'000'000'000;
    must(::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &when, nullptr), "timerfd_settime");
    std::array<pollfd, 3> entries{{{.fd = timer_.get(), .events = POLLIN, .revents = 0},
                                   {.fd = pool_.epoll_fd(), .events = POLLIN, .revents = 0},
                                   {.fd = subscriber_.epoll_fd(), .events = POLLIN, .revents = 0}}};
    must(::poll(entries.data(), entries.size(), 1000), "poll");
  }

  std::uint16_t port_;
  std::size_t size_;
  std::int64_t period_ns_;
  core::Descriptor timer_;
  PostPool pool_;
  Subscribers subscriber_;
  std::uint32_t sequence_ = 0;
  std::uint32_t answered_ = 0;
  bool held_up_ = false;  // no connection was free when the last message was due
  Histogram answers_;
  Histogram late_;
};

Json figures_of(const Histogram& histogram) {
  return {{"count", histogram.count()},
          {"p50_us", histogram.quantile_us(0.5)},
          {"p90_us", histogram.quantile_us(0.9)},
          {"p99_us", histogram.quantile_us(0.99)},
          {"max_us", histogram.max_us()}};
}

void add_row(Table& table, const std::string& name, const Histogram& histogram) {
  table.row({name, std::to_string(histogram.count()), decimal(histogram.quantile_us(0.5), 0),
             decimal(histogram.quantile_us(0.9), 0), decimal(histogram.quantile_us(0.99), 0),
             decimal(histogram.max_us(), 0)});
}

Json run_latency(const LatencyOptions& options) {
  if (options.rate == 0) fail("--rate must not be 0");
  const auto count = options.seconds * options.rate / kBlocks * kBlocks;
  Server server({.program = options.program, .directory = options.dir, .threads = options.threads, .users = 2});
  Json result{{"rate", options.rate}, {"threads", options.threads}, {"behind", options.behind}};
  std::uint32_t acked = kWarming + count;
  {
    std::optional<Crowd> crowd;
    if (options.behind != 0) crowd.emplace(server.port(), options.behind, options.size);
    progress("latency, " + std::to_string(count) + " messages at " + std::to_string(options.rate) + "/s");
    Pacing pacing(server.port(), 40, options);
    pacing.warm_up();
    std::optional<DurableFloor> floor;
    std::optional<Pacing> floor_pacing;
    if (!crowd) {
      floor.emplace(options.dir);
      floor_pacing.emplace(floor->port(), 42, options);
      floor_pacing->warm_up();
    }
    if (crowd) crowd->start();
    std::int64_t server_ns = 0;
    std::int64_t elapsed_ns = 0;
    for (std::uint32_t block = 0; block < kBlocks; ++block) {
      const std::int64_t server_before = server.cpu_ns();
      const std::int64_t start = monotonic_ns();
      pacing.run(count / kBlocks);
      elapsed_ns += monotonic_ns() - start;
      server_ns += server.cpu_ns() - server_before;
      if (floor_pacing) floor_pacing->run(count / kBlocks);
    }
    if (crowd) {
      const std::uint32_t fanouts = crowd->stop();
      result["fanouts_to_the_crowd"] = fanouts;
      acked += fanouts;
    }
    result["server_cpus"] = static_cast<double>(server_ns) / static_cast<double>(elapsed_ns);
    result["delivery"] = figures_of(pacing.deliveries());
    result["answer"] = figures_of(pacing.answers());
    result["generator_late"] = figures_of(pacing.late());
    Table table({"latency", "count", "p50 us", "p90 us", "p99 us", "max us"});
    add_row(table, "POST -> delivery", pacing.deliveries());
    add_row(table, "POST -> answer", pacing.answers());
    add_row(table, "generator late", pacing.late());
    if (floor_pacing) {
      result["floor"] = figures_of(floor_pacing->deliveries());
      result["ratio_to_floor"] = pacing.deliveries().quantile_us(0.5) / floor_pacing->deliveries().quantile_us(0.5);
      add_row(table, "floor", floor_pacing->deliveries());
    }
    table.print();
  }
  server.kill_hard();
  const std::size_t rows = stored_messages(server.database()).size();
  result["rows_after_kill"] = rows;
  std::printf("server CPUs %s; after kill -9: acked %u, rows %zu\n",
              decimal(result["server_cpus"].get<double>(), 2).c_str(), acked, rows);
  if (rows != acked) fail("stored rows and acknowledged messages differ");
  return result;
}

void bind(Flags& flags, LatencyOptions& options) {
  flags.add("--seconds", options.seconds, "length of the run");
  flags.add("--rate", options.rate, "POSTs per second");
  flags.add("--behind", options.behind, "another user has this many subscribers and gets two messages per second");
}

}  // namespace

Scenario latency_scenario() {
  return scenario("latency", "from the POST to the subscriber, against a process that only writes and sends", bind,
                  run_latency);
}

}  // namespace push::bench
