// peers: sharded-gotify, other servers and a loop of bare send() calls, in one interleaved run.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "benchmark/annex/scenarios.hpp"
#include "benchmark/annex/support/peer.hpp"
#include "benchmark/annex/support/peer_posts.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/side.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct PeersOptions : PeerOptions {
  PeersOptions() : PeerOptions({.connections = 19'000, .threads = 1, .rounds = 0}) {}
  unsigned messages = 20;
  unsigned seconds = 3;  // of a round of POSTs
};

constexpr unsigned kMemoryPoints = 8;  // collected memory grows in steps
constexpr unsigned kFanOutConnections = 10'000;
constexpr unsigned kFanOutRounds = 10;
constexpr unsigned kPosters = 64;
constexpr unsigned kPostRounds = 5;
constexpr const char* kRaw = "raw send";
// Gotify answers the handshake before it registers the subscriber.
constexpr unsigned kSettleMicroseconds = 500'000;
// A garbage collector goes on for a while after its server's turn.
constexpr unsigned kPauseMicroseconds = 200'000;

// One POST at a time.
class Poster {
 public:
  explicit Poster(const Peer& peer) : peer_(peer), pool_(peer.port(), 1) {}

  void post(const Stamp& stamp) {
    pool_.send(peer_.request(stamp), 0);
    bool answered = false;
    for (const Deadline deadline(60); !answered;) {
      if (deadline.passed()) fail("a POST was not answered");
      pool_.poll(1000, [&](std::uint64_t, std::int64_t, const Response& response) {
        if (response.status / 100 != 2) fail("POST answered " + std::to_string(response.status));
        answered = true;
      });
    }
  }

 private:
  const Peer& peer_;
  PostPool pool_;
};

// The slope of user memory over idle connections, all of one user: after the handshake, or after one more message each.
Json measure_memory(const PeerKind& kind, const PeersOptions& options, bool with_message) {
  const unsigned connections = options.connections;
  const std::unique_ptr<Peer> peer = kind.start();
  SubscriberProcess subscribers({.port = peer->port(), .source_net = 40});
  std::uint32_t sequence = 0;
  const auto grow_to = [&](std::size_t count) {
    subscribers.open_up_to(count, sequence);
    if (!with_message) return;
    ::usleep(kSettleMicroseconds);
    Poster(*peer).post({monotonic_ns(), ++sequence, 0});
    subscribers.await_sequence(sequence);
  };
  grow_to(std::min<std::size_t>(1000, connections / 8));
  std::vector<Point> points;
  Json listed = Json::array();
  for (unsigned step = 1; step <= kMemoryPoints; ++step) {
    const unsigned count = connections * step / kMemoryPoints;
    grow_to(count);
    points.push_back({static_cast<double>(count), peer->user_bytes()});
    listed.push_back({{"connections", count}, {"user_bytes", points.back().y}});
  }
  return {{"user_bytes_per_connection", slope(points)}, {"points", listed}};
}

// Each round against the same round of the raw sender.
Json figures_of(Side& side, const Side& raw) {
  std::map<std::string, std::vector<double>> of_rounds;
  for (std::size_t i = 0; i < side.rounds().size(); ++i) {
    const Round& round = side.rounds()[i];
    of_rounds["cpu_us_per_delivery"].push_back(round.cpu_us);
    of_rounds["deliveries_per_second"].push_back(round.per_second);
    of_rounds["cpu_ratio"].push_back(round.cpu_us / raw.rounds()[i].cpu_us);
    of_rounds["rate_ratio"].push_back(round.per_second / raw.rounds()[i].per_second);
  }
  Json result{{"connections", side.connections()},
              {"frame_bytes", side.last_frame().size()},
              {"sender_cpus", median(side.all([](const Round& round) { return round.sender_cpus(); }))},
              {"subscriber_cpus", median(side.all([](const Round& round) { return round.client_cpus(); }))},
              {"deliveries", side.latencies().count()},
              {"p50_us", side.latencies().quantile_us(0.5)},
              {"p99_us", side.latencies().quantile_us(0.99)},
              {"max_us", side.latencies().max_us()}};
  for (const auto& [name, values] : of_rounds) {
    result[name] = median(values);
    result["rounds"][name] = values;
  }
  return result;
}

class PeerSide : public Side {
 public:
  PeerSide(std::unique_ptr<Peer> peer, unsigned source_net, unsigned connections)
      : Side({.subscribers = {.port = peer->port(), .source_net = source_net}, .connections = connections}),
        peer_(std::move(peer)) {}

 protected:
  // Some close a connection that is idle during the others' turns.
  void prepare() override { poster_.emplace(*peer_); }
  std::int64_t cpu() const override { return peer_->cpu_ns(); }
  void send(std::uint32_t first, unsigned count) override {
    for (unsigned i = 0; i < count; ++i) poster_->post({monotonic_ns(), first + i, 0});
  }

 private:
  std::unique_ptr<Peer> peer_;
  std::optional<Poster> poster_;
};

// All of them with their subscribers at once; they take turns.
void measure_fan_out(const std::vector<PeerKind>& kinds, const PeersOptions& options, Json& systems) {
  const unsigned connections = std::min(options.connections, kFanOutConnections);
  const unsigned rounds = options.rounds != 0 ? options.rounds : kFanOutRounds;
  const RawSender sender(connections);
  unsigned source_net = 41;
  RawSide raw(sender, {.subscribers = {.source_net = source_net}, .connections = connections});
  raw.connect();
  sender.await_accepted();
  std::vector<std::unique_ptr<PeerSide>> sides;
  for (const PeerKind& kind : kinds) {
    progress("peers, " + std::to_string(connections) + " subscribers to " + kind.title);
    sides.push_back(std::make_unique<PeerSide>(kind.start(), ++source_net, connections));
    sides.back()->connect();
    ::usleep(kSettleMicroseconds);
    sides.back()->round(2, 1, false);
  }
  raw.use_frame(sides.front()->last_frame());
  raw.round(2, 1, false);
  std::vector<Side*> turns{&raw};
  for (const auto& side : sides) turns.push_back(side.get());
  for (unsigned round = 0; round < rounds; ++round) {
    progress("peers, fan-out, round " + std::to_string(round + 1) + " of " + std::to_string(rounds));
    for (Side* side : turns) {
      ::usleep(kPauseMicroseconds);
      side->round(options.messages, 1, true);
    }
    std::reverse(turns.begin(), turns.end());
  }
  systems[kRaw]["fan_out"] = figures_of(raw, raw);
  for (std::size_t i = 0; i < kinds.size(); ++i) systems[kinds[i].name]["fan_out"] = figures_of(*sides[i], raw);
}

void measure_posts(const std::vector<PeerKind>& kinds, const PeersOptions& options, Json& systems) {
  const unsigned rounds = options.rounds != 0 ? options.rounds : kPostRounds;
  std::vector<std::unique_ptr<Peer>> peers;
  std::vector<PeerPosts> posts;
  std::vector<std::string> names;
  for (const PeerKind& kind : kinds) {
    if (!kind.stores) continue;
    names.push_back(kind.name);
    peers.push_back(kind.start());
    posts.emplace_back(*peers.back());
    posts.back().round(kPosters, 0.5, false);
  }
  for (unsigned round = 0; round < rounds; ++round) {
    progress("peers, durable POSTs, round " + std::to_string(round + 1) + " of " + std::to_string(rounds));
    for (PeerPosts& each : posts) each.round(kPosters, options.seconds, true);
  }
  for (std::size_t i = 0; i < posts.size(); ++i) {
    const PeerPosts::Found found = posts[i].kill_and_count(kPosters);
    if (found.found != found.acked) {
      fail(names[i] + ": " + std::to_string(found.acked - found.found) + " of " + std::to_string(found.acked) +
           " acknowledged messages were lost");
    }
    systems[names[i]]["durable_posts"] = {{"posters", kPosters},
                                          {"per_second", median(posts[i].per_second())},
                                          {"rounds", posts[i].per_second()},
                                          {"p50_us", posts[i].latencies().quantile_us(0.5)},
                                          {"p99_us", posts[i].latencies().quantile_us(0.99)},
                                          {"acked_and_found_after_kill", found.found}};
  }
}

// A figure, or a dash where a system has none.
std::string cell(const Json& system, const Json::json_pointer& where, int places) {
  return system.contains(where) ? decimal(system.at(where).get<double>(), places) : "-";
}

void print(const std::vector<PeerKind>& kinds, const Json& systems) {
  Table table({"peers", "idle B/conn", "after a message", "CPU us/delivery", "/ raw", "deliveries/s", "/ raw", "p50 ms",
               "p99 ms", "its CPUs", "durable POST/s"});
  const auto row = [&](const std::string& title, const Json& system) {
    const auto number = [&](const char* where, int places) { return cell(system, Json::json_pointer(where), places); };
    const auto milliseconds = [&](const char* where) {
      return decimal(system.at(Json::json_pointer(where)).get<double>() / 1e3, 0);
    };
    table.row({title, number("/fresh/user_bytes_per_connection", 0),
               number("/after_message/user_bytes_per_connection", 0), number("/fan_out/cpu_us_per_delivery", 2),
               number("/fan_out/cpu_ratio", 2), number("/fan_out/deliveries_per_second", 0),
               number("/fan_out/rate_ratio", 2), milliseconds("/fan_out/p50_us"), milliseconds("/fan_out/p99_us"),
               number("/fan_out/sender_cpus", 2), number("/durable_posts/per_second", 0)});
  };
  for (const PeerKind& kind : kinds) row(kind.title, systems[kind.name]);
  row(kRaw, systems[kRaw]);
  table.print();
}

Json run_peers(const PeersOptions& options) {
  std::vector<PeerKind> kinds = peer_kinds(options);
  Json result{{"systems", Json::object()}, {"left_out", Json::object()}};
  for (const PeerKind& kind : kinds) {
    if (!kind.left_out.empty()) result["left_out"][kind.name] = kind.left_out;
  }
  std::erase_if(kinds, [](const PeerKind& kind) { return !kind.left_out.empty(); });
  if (kinds.empty()) fail("none of these systems is installed");
  Json& systems = result["systems"];
  for (const PeerKind& kind : kinds) {
    progress("peers, memory of " + kind.title);
    systems[kind.name] = {{"title", kind.title},
                          {"fresh", measure_memory(kind, options, false)},
                          {"after_message", measure_memory(kind, options, true)}};
  }
  measure_fan_out(kinds, options, systems);
  measure_posts(kinds, options, systems);
  print(kinds, systems);
  for (const auto& [name, reason] : result["left_out"].items()) {
    std::printf("left out: %s: %s\n", name.c_str(), reason.get<std::string>().c_str());
  }
  return result;
}

void bind(Flags& flags, PeersOptions& options) {
  flags.describe("--threads", "loops of our server");
  flags.describe("--rounds", "rounds; 0: 10 of fan-outs, 5 of POSTs");
  flags.add("--messages", options.messages, "messages per round");
  flags.add("--seconds", options.seconds, "length of a round of POSTs");
  flags.add("--peers", options.folder, "where peers/install has put them");
  flags.choose("--systems", options.systems, "which");
}

}  // namespace

Scenario peers_scenario() {
  return scenario("peers", "other servers next to ours (scripts/bench peers installs them first)", bind, run_peers,
                  false);
}

}  // namespace push::bench
