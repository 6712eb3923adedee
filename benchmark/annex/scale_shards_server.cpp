// One shard against the server's default number, in the whole server: durable POSTs with their deliveries to online
// users while other users connect and disconnect.
#include <memory>
#include <nlohmann/json.hpp>

#include "benchmark/annex/scale.hpp"
#include "benchmark/annex/scale_town.hpp"
#include "benchmark/support/channel.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/table.hpp"
#include "support/process.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

constexpr unsigned kOnline = 1000;
constexpr unsigned kAbsent = 1000;   // who connect and disconnect
constexpr unsigned kPairs = 20'000;  // messages, and connects, per round
constexpr std::size_t kAtOnce = 500;
constexpr double kPatience = 60;

// Opens and drops that many connections in a separate process.
class Passers {
 public:
  explicit Passers(std::uint16_t port) {
    auto [ours, theirs] = Channel::make();
    const Channel& child_end = theirs;
    process_ = support::Process::fork([&] {
      Subscribers subscribers({.port = port, .source_net = 61, .own_users = true});
      const std::size_t opened = subscribers.churn(kPairs, kAtOnce, kOnline, kAbsent, kPatience);
      child_end.send(opened == kPairs ? '+' : '-');
    });
    channel_ = std::move(ours);
  }

  void await_end() const {
    if (channel_.receive(2 * kPatience) != "+") fail("scale shards: not everybody could connect");
  }

 private:
  Channel channel_;
  support::Process process_;
};

class Case {
 public:
  Case(const ScaleOptions& options, unsigned shards)
      : shards_(shards), town_(options, {.online = kOnline, .absent = kAbsent, .shards = shards}) {
    measure();
  }

  void round() { cpu_us_.push_back(measure()); }

  Json figures() const { return {{"shards", shards_}, {"server_cpu_us_per_message_and_connect", figure_of(cpu_us_)}}; }

 private:
  double measure() {
    PostPool pool = town_.posters();
    const std::int64_t before = town_.server().cpu_ns();
    const Passers passers(town_.server().port());
    town_.run(pool, kPairs, 0);
    passers.await_end();
    return static_cast<double>(town_.server().cpu_ns() - before) / 1e3 / kPairs;
  }

  unsigned shards_;
  Town town_;
  std::vector<double> cpu_us_;
};

}  // namespace

Json scale_shards_in_server(const ScaleOptions& options) {
  constexpr unsigned kDefaultShards = 256;
  std::vector<std::unique_ptr<Case>> cases;
  for (const unsigned shards : {1U, kDefaultShards}) cases.push_back(std::make_unique<Case>(options, shards));
  for (unsigned round = 0; round < options.rounds; ++round) {
    progress("scale shards in a server, round " + std::to_string(round + 1) + " of " + std::to_string(options.rounds));
    for (const auto& one : cases) one->round();
  }
  Json points = Json::array();
  Table table({"shards in a server", "server CPU us/message and connect"});
  for (const auto& one : cases) {
    const Json point = one->figures();
    table.row(
        {std::to_string(point["shards"].get<unsigned>()), spread(point["server_cpu_us_per_message_and_connect"], 1)});
    points.push_back(point);
  }
  table.print();
  std::printf("\n");
  return points;
}

}  // namespace push::bench
