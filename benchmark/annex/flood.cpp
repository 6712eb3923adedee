// flood: what quiet senders keep of their rate while one token is flooded over many connections.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "benchmark/annex/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"
#include "support/process.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct FloodOptions : CommonOptions {
  FloodOptions() : CommonOptions{.threads = 0} {}
  unsigned seconds = 5;      // per level
  unsigned senders = 19;     // quiet ones, each with a token of its own
  unsigned per_second = 10;  // POSTs of each quiet sender
  std::vector<unsigned> flood{0, 64, 512, 9000};
};

constexpr std::chrono::seconds kSettle{2};  // until the flood is connected and at full rate

struct Share {
  unsigned answered = 0;  // with 200
  unsigned refused = 0;
  double per_second = 0;
  double stored_per_second = 0;  // by everybody
  Histogram latencies;
};

// Posts as fast as it is answered, whatever the answer, until it is killed.
void flood(std::uint16_t port, unsigned connections, const std::string& text) {
  PostPool pool(port, connections);
  const std::string request = post_request(port, application_token(0), text);
  while (pool.alive() > 0) {
    while (pool.has_free()) pool.send(request, 0);
    pool.poll(100, [](std::uint64_t, std::int64_t, const Response&) {});
  }
}

// Each quiet sender posts at its pace, but not before its last POST is answered.
Share measure(const FloodOptions& options, std::uint16_t port) {
  Share share;
  PostPool pool(port, options.senders);
  const std::string text(options.size, 'x');
  const std::int64_t pace = 1'000'000'000 / options.per_second;
  std::vector<std::int64_t> due(options.senders);
  std::vector<bool> waits(options.senders);
  const std::int64_t start = monotonic_ns();
  const std::int64_t end = start + std::int64_t{options.seconds} * 1'000'000'000;
  for (unsigned i = 0; i < options.senders; ++i) due[i] = start + pace * i / options.senders;
  std::uint64_t first_id = 0;
  std::uint64_t last_id = 0;
  const auto on_answer = [&](std::uint64_t sender, std::int64_t written_ns, const Response& response) {
    waits[sender] = false;
    share.latencies.record(monotonic_ns() - written_ns);
    if (response.status == 503) return void(++share.refused);
    if (response.status != 200) fail("POST answered " + std::to_string(response.status));
    ++share.answered;
    last_id = id_in(response.body);
    if (first_id == 0) first_id = last_id;
  };
  for (std::int64_t now = start; now < end; now = monotonic_ns()) {
    for (unsigned i = 0; i < options.senders; ++i) {
      if (waits[i] || due[i] > now) continue;
      pool.send(post_request(port, application_token(1 + i), text), i);
      waits[i] = true;
      due[i] = std::max(due[i] + pace, now - pace);  // no burst after a long wait
    }
    pool.poll(1, on_answer);
  }
  const double seconds = static_cast<double>(monotonic_ns() - start) / 1e9;
  share.per_second = share.answered / seconds;
  share.stored_per_second = static_cast<double>(last_id - first_id) / seconds;
  return share;
}

Json run_flood(const FloodOptions& options) {
  Json all{{"threads", options.threads}, {"senders", options.senders}, {"levels", Json::array()}};
  Table table({"flood", "quiet POST/s", "of their rate", "refused", "p50 ms", "p99 ms", "max ms", "stored/s"});
  for (const unsigned connections : options.flood) {
    const Server server({.program = options.program,
                         .directory = options.dir,
                         .threads = options.threads,
                         .users = 1 + options.senders});
    progress("flood, " + std::to_string(connections) + " connections on one token");
    std::optional<support::Process> flooder;
    if (connections > 0) {
      const std::string text(options.size, 'x');
      flooder = support::Process::fork([&] { flood(server.port(), connections, text); });
      std::this_thread::sleep_for(kSettle);
    }
    const Share share = measure(options, server.port());
    const double kept = share.per_second / (options.senders * options.per_second);
    all["levels"].push_back({{"flood", connections},
                             {"per_second", share.per_second},
                             {"kept", kept},
                             {"refused", share.refused},
                             {"p50_us", share.latencies.quantile_us(0.5)},
                             {"p99_us", share.latencies.quantile_us(0.99)},
                             {"max_us", share.latencies.max_us()},
                             {"stored_per_second", share.stored_per_second}});
    table.row({std::to_string(connections) + " connections", decimal(share.per_second, 1),
               decimal(kept * 100, 0) + " %", std::to_string(share.refused),
               decimal(share.latencies.quantile_us(0.5) / 1e3, 1), decimal(share.latencies.quantile_us(0.99) / 1e3, 1),
               decimal(share.latencies.max_us() / 1e3, 1), decimal(share.stored_per_second, 0)});
  }
  table.print();
  std::printf("%u quiet senders of %u POST/s each (they must keep 90 %% beside 9000 connections)\n", options.senders,
              options.per_second);
  return all;
}

void bind(Flags& flags, FloodOptions& options) {
  flags.add("--seconds", options.seconds, "length of a level");
  flags.add("--senders", options.senders, "quiet senders, each with a token of its own");
  flags.add("--per-second", options.per_second, "POSTs of each quiet sender");
  flags.add("--flood", options.flood, "connections that flood one token");
}

}  // namespace

Scenario flood_scenario() {
  return scenario("flood", "what quiet senders keep while one token is flooded", bind, run_flood);
}

}  // namespace push::bench
