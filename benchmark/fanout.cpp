// fanout: one message to many subscribers of one user, against a loop of bare send() calls in the same run.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/side.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct FanoutOptions : CommonOptions {
  FanoutOptions() : CommonOptions{.connections = 10'000, .threads = 0, .rounds = 3} {}
  unsigned messages = 20;
  unsigned nap_us = 500;
};

// Subscribers' kernels acknowledge 40 ms after receipt. The timers run on whichever thread has the core, so they must
// have run before the next message: a sender that takes 39 ms would not pay for them, and one that takes 41 would.
constexpr unsigned kPauseUs = 80'000;
constexpr unsigned kPairs = 5;

// The results of one side in all pairs.
class Tally {
 public:
  void add(const Side& side) {
    rounds_.insert(rounds_.end(), side.rounds().begin(), side.rounds().end());
    latencies_.add(side.latencies());
  }

  Json figures() const {
    std::vector<double> cpu_us;
    std::vector<double> client_us;
    std::vector<double> rates;
    for (const Round& round : rounds_) {
      cpu_us.push_back(round.cpu_us);
      client_us.push_back(round.client_cpu_us);
      rates.push_back(round.per_second);
    }
    return {{"cpu_us_per_delivery", median(cpu_us)},
            {"cpu_us_rounds", cpu_us},
            {"deliveries_per_second", median(rates)},
            {"deliveries_per_sender_cpu_second", 1e6 / median(cpu_us)},
            {"subscriber_cpu_us_per_delivery", median(client_us)},
            {"subscriber_cpu_share", median(client_us) * median(rates) / 1e6},
            {"sender_cpu_share", median(cpu_us) * median(rates) / 1e6},
            {"deliveries", latencies_.count()},
            {"p50_us", latencies_.quantile_us(0.5)},
            {"p99_us", latencies_.quantile_us(0.99)},
            {"max_us", latencies_.max_us()}};
  }

 private:
  std::vector<Round> rounds_;
  Histogram latencies_;
};

void print_side(Table& table, const std::string& name, const Json& figures) {
  const auto text = [&](const char* key, int places) { return decimal(figures[key].get<double>(), places); };
  table.row({name, text("cpu_us_per_delivery", 2), text("deliveries_per_second", 0),
             text("deliveries_per_sender_cpu_second", 0), text("p50_us", 0), text("p99_us", 0), text("max_us", 0),
             text("sender_cpu_share", 2), text("subscriber_cpu_share", 2)});
}

// If one loop slept while the other did all the work, two loops would look as good as one.
double smallest_share_of_a_loop(const Server& server) {
  const std::vector<std::int64_t> loops = thread_cpu_ns(server.pid(), "loop");
  const auto all = std::accumulate(loops.begin(), loops.end(), std::int64_t{0});
  const double share = static_cast<double>(*std::min_element(loops.begin(), loops.end())) / static_cast<double>(all);
  if (share * static_cast<double>(loops.size()) < 0.7) fail("a loop did only " + decimal(share, 2) + " of the work");
  return share;
}

struct Pairs {
  Tally server;
  Tally raw;
  std::vector<double> ratios;         // of all rounds
  std::vector<double> pair_ratios;    // the median of each pair
  std::vector<double> lesser_shares;  // of the loop that did the least work
  std::size_t frame_bytes = 0;

  Json figures(unsigned threads) const {
    return {{"threads", threads},
            {"server", server.figures()},
            {"raw_send", raw.figures()},
            {"ratios", ratios},
            {"ratio", median(ratios)},
            {"pair_ratios", pair_ratios},
            {"smallest_share_of_a_loop", *std::min_element(lesser_shares.begin(), lesser_shares.end())},
            {"frame_bytes", frame_bytes}};
  }
};

struct Row {
  std::string name;
  unsigned threads;
  Kind kind;
  const char* asked;
};

// One loop and two, or as many as asked for; then Server-Sent Events.
std::vector<Row> rows_of(const FanoutOptions& options) {
  const unsigned first = options.threads != 0 ? options.threads : 1;
  std::vector<Row> rows{{"threads " + std::to_string(first), first, Kind::websocket, "must be <= 1.25"}};
  if (options.threads == 0) rows.push_back({"threads 2", 2, Kind::websocket, "must be <= 1.25"});
  rows.push_back({"SSE, threads " + std::to_string(first), first, Kind::sse, "must be <= 1.05"});
  return rows;
}

// A server and a raw sender with new sockets, in turn.
void run_pair(const FanoutOptions& options, const Row& row, bool raw_first, Pairs& pairs) {
  const RawSender sender(options.connections);
  const auto plan = [&](unsigned source_net) {
    return SidePlan{.subscribers = {.source_net = source_net, .kind = row.kind, .nap_us = options.nap_us},
                    .connections = options.connections,
                    .pause_us = kPauseUs};
  };
  RawSide raw(sender, plan(31));
  const Server server({.program = options.program, .directory = options.dir, .threads = row.threads});
  ServerSide ours(server, plan(30), options.size, 1);
  if (!raw_first) ours.connect();
  raw.connect();
  sender.await_accepted();
  if (raw_first) ours.connect();

  ours.round(2, 1, false);
  raw.use_frame(ours.last_frame());
  raw.round(2, 1, false);
  std::vector<Side*> turns{&ours, &raw};
  std::vector<double> ratios;
  for (unsigned round = 0; round < options.rounds; ++round) {
    for (Side* side : turns) side->round(options.messages, 1, true);
    std::reverse(turns.begin(), turns.end());  // neither always comes after the other
    ratios.push_back(ours.rounds().back().cpu_us / raw.rounds().back().cpu_us);
  }
  pairs.server.add(ours);
  pairs.raw.add(raw);
  pairs.ratios.insert(pairs.ratios.end(), ratios.begin(), ratios.end());
  pairs.pair_ratios.push_back(median(ratios));
  pairs.lesser_shares.push_back(smallest_share_of_a_loop(server));
  pairs.frame_bytes = ours.last_frame().size();
}

std::string list(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : ", ") + decimal(value, 3);
  return text;
}

Json run_fanout(const FanoutOptions& options) {
  Json all{{"connections", options.connections}, {"messages_a_round", options.messages}, {"nap_us", options.nap_us}};
  Table table({"fanout", "CPU us/delivery", "deliveries/s", "per CPU-second", "p50 us", "p99 us", "max us",
               "sender CPUs", "subscriber CPUs"});
  std::string verdict;
  std::vector<double> ratios;
  for (const Row& row : rows_of(options)) {
    Pairs pairs;
    for (unsigned pair = 0; pair < kPairs; ++pair) {
      progress("fanout, " + row.name + ", pair " + std::to_string(pair + 1) + " of " + std::to_string(kPairs));
      run_pair(options, row, pair % 2 == 0, pairs);
    }
    const Json figures = pairs.figures(row.threads);
    print_side(table, row.name, figures["server"]);
    print_side(table, "  raw send", figures["raw_send"]);
    ratios.push_back(figures["ratio"].get<double>());
    verdict += row.name + ": server / raw send = " + decimal(ratios.back(), 3) + " (" + row.asked + "); pairs " +
               list(pairs.pair_ratios) + "\n";
    all[(row.kind == Kind::sse ? "sse_threads_" : "threads_") + std::to_string(row.threads)] = figures;
  }
  if (ratios.size() == 3) {
    const double factor = 2 * ratios[0] / ratios[1];
    all["two_against_one"] = factor;
    verdict += "two loops against one = " + decimal(factor, 3) + " x by CPU-second (must be >= 1.5)\n";
  }
  table.print();
  std::printf("%s", verdict.c_str());
  return all;
}

void bind(Flags& flags, FanoutOptions& options) {
  flags.describe("--threads", "loops of the server; 0: one, then two");
  flags.describe("--rounds", "rounds of each of the five pairs");
  flags.add("--messages", options.messages, "messages per round");
  flags.add("--nap-us", options.nap_us,
            "subscribers poll at this interval in microseconds; 0: each send() may wake them");
}

}  // namespace

Scenario fanout_scenario() {
  return scenario("fanout", "one message to many subscribers of one user, against bare send() calls", bind, run_fanout);
}

}  // namespace push::bench
