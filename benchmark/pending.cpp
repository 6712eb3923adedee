// pending: many posters write to one user with many subscribers, so that many frames are pending for each connection
// and share a write; against send() calls of the same size.
#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/side.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct PendingOptions : CommonOptions {
  PendingOptions() : CommonOptions{.connections = 5'000, .threads = 1, .rounds = 5} {}
};

constexpr unsigned kPosters = 64;
constexpr std::array<unsigned, 2> kBursts{96, 256};  // messages posted before everybody must have received them
constexpr unsigned kMessages = 1024;                 // approximately, per round
constexpr double kMinPerSend = 32;                   // frames; with fewer, the figure would be misleading

Json figures_of(const Side& side) {
  const auto frames_per_cpu_second = side.all([](const Round& round) { return 1e6 / round.cpu_us; });
  const auto frames_per_segment = side.all([](const Round& round) { return round.per_segment; });
  return {{"frames_per_cpu_second", median(frames_per_cpu_second)},
          {"frames_per_cpu_second_rounds", frames_per_cpu_second},
          {"frames_per_segment", median(frames_per_segment)},
          {"frames_per_segment_rounds", frames_per_segment},
          {"frames_per_second", median(side.all([](const Round& round) { return round.per_second; }))},
          {"client_cpu_us_per_frame", median(side.all([](const Round& round) { return round.client_cpu_us; }))}};
}

Json run_with(const PendingOptions& options, unsigned messages) {
  const Server server({.program = options.program, .directory = options.dir, .threads = options.threads});
  ServerSide ours(
      server, {.subscribers = {.source_net = 60, .counts = true}, .connections = options.connections, .segments = true},
      options.size, kPosters);
  ours.connect();
  ours.round(1, 1, false);
  const RawSender sender(options.connections);
  RawSide raw(sender, {.subscribers = {.source_net = 61}, .connections = options.connections, .segments = true});
  raw.connect();
  sender.await_accepted();
  raw.use_frame(ours.last_frame());
  raw.round(1, 1, false);
  ours.round(kMessages / messages, messages, false);
  std::vector<double> ratios;
  for (unsigned round = 1; round <= options.rounds; ++round) {
    progress("pending, " + std::to_string(messages) + " messages at once, round " + std::to_string(round) + " of " +
             std::to_string(options.rounds));
    const Round& of_ours = ours.round(kMessages / messages, messages, true);
    // The same number of frames in each send(), and as many sends as the server's.
    const unsigned frames = std::max(1U, static_cast<unsigned>(of_ours.per_segment + 0.5));
    ratios.push_back(raw.round(kMessages / frames, frames, true).cpu_us / of_ours.cpu_us);
  }
  const double per_send = median(ours.all([](const Round& round) { return round.per_segment; }));
  if (per_send < kMinPerSend) {
    fail("only " + decimal(per_send, 1) + " frames per send were pending; the minimum is " + decimal(kMinPerSend, 0));
  }
  return {{"connections", options.connections},
          {"posters", kPosters},
          {"burst", messages},
          {"frame_bytes", ours.last_frame().size()},
          {"server", figures_of(ours)},
          {"raw_send", figures_of(raw)},
          {"ratios", ratios},
          {"ratio", median(ratios)}};
}

void print_side(Table& table, const std::string& name, const Json& figures) {
  const auto text = [&](const char* key, int places) { return decimal(figures[key].get<double>(), places); };
  table.row({name, text("frames_per_cpu_second", 0), text("frames_per_segment", 1), text("frames_per_second", 0),
             text("client_cpu_us_per_frame", 3)});
}

Json run_pending(const PendingOptions& options) {
  Json all = Json::object();
  Table table({"pending", "frames/CPU-second", "frames/send", "frames/s", "client us/frame"});
  std::string verdict;
  for (const unsigned messages : kBursts) {
    const std::string name = std::to_string(messages) + " messages at once";
    const Json figures = run_with(options, messages);
    print_side(table, name, figures["server"]);
    print_side(table, "  raw send", figures["raw_send"]);
    verdict += name + ": server / raw send = " + decimal(figures["ratio"].get<double>(), 3) +
               " by frames per CPU-second (must be >= 1000000 frames)\n";
    all["burst_" + std::to_string(messages)] = figures;
  }
  table.print();
  std::printf("%s", verdict.c_str());
  return all;
}

}  // namespace

Scenario pending_scenario() {
  return scenario("pending", "many posters write to one user, so that frames share a write", nullptr, run_pending);
}

}  // namespace push::bench
