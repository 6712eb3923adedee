// latency: POSTs on a fixed schedule, each timed from its write to its arrival at one subscriber (pacing.hpp).
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "benchmark/crowd.hpp"
#include "benchmark/durable_floor.hpp"
#include "benchmark/pacing.hpp"
#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stats.hpp"
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

constexpr std::uint32_t kBlocks = 5;  // the server and the floor take turns
constexpr unsigned kUser = 1;         // user 0 has the crowd

Json figures_of(const Histogram& histogram) {
  return {{"count", histogram.count()},
          {"p50_us", histogram.quantile_us(0.5)},
          {"p90_us", histogram.quantile_us(0.9)},
          {"p99_us", histogram.quantile_us(0.99)},
          {"max_us", histogram.max_us()}};
}

PacingPlan plan(std::uint16_t port, unsigned source_net, const LatencyOptions& options) {
  return {port, port, source_net, kUser, options.rate, options.size};
}

Json run_latency(const LatencyOptions& options) {
  if (options.rate == 0) fail("--rate must not be 0");
  const auto count = options.seconds * options.rate / kBlocks * kBlocks;
  Server server({.program = options.program, .directory = options.dir, .threads = options.threads, .users = 2});
  Json result{{"rate", options.rate}, {"threads", options.threads}, {"behind", options.behind}};
  std::uint32_t acked = Pacing::kWarming + count;
  {
    std::optional<Crowd> crowd;
    if (options.behind != 0) crowd.emplace(server.port(), options.behind, options.size);
    progress("latency, " + std::to_string(count) + " messages at " + std::to_string(options.rate) + "/s");
    Pacing pacing(plan(server.port(), 40, options));
    pacing.warm_up();
    std::optional<DurableFloor> floor;
    std::optional<Pacing> floor_pacing;
    if (!crowd) {
      floor.emplace(options.dir);
      floor_pacing.emplace(plan(floor->port(), 42, options));
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
