// Users, each with one application and one connection: the cost and the duration of a POST and its delivery.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "benchmark/annex/scale.hpp"
#include "benchmark/annex/scale_town.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

constexpr unsigned kLargest = 10'000;
constexpr unsigned kAtOnce = 20'000;         // messages per round, as fast as they are answered
constexpr unsigned kPaced = 1000;            // messages per round, on a schedule
constexpr std::int64_t kPeriod = 1'000'000;  // of the schedule

class Size {
 public:
  Size(const ScaleOptions& options, unsigned users) : users_(users), town_(options, {.online = users}) {
    PostPool pool = town_.posters();
    town_.run(pool, kAtOnce, 0);
  }

  void round() {
    PostPool pool = town_.posters();
    const std::int64_t cpu_before = town_.server().cpu_ns();
    const std::int64_t start = monotonic_ns();
    town_.run(pool, kAtOnce, 0);
    cpu_us_.push_back(static_cast<double>(town_.server().cpu_ns() - cpu_before) / 1e3 / kAtOnce);
    per_second_.push_back(kAtOnce * 1e9 / static_cast<double>(monotonic_ns() - start));
    town_.forget_latencies();
    town_.run(pool, kPaced, kPeriod);
    p50_us_.push_back(town_.latencies().quantile_us(0.5));
  }

  Json figures() const {
    return {{"users", users_},
            {"server_cpu_us_per_message", figure_of(cpu_us_)},
            {"messages_per_second", figure_of(per_second_)},
            {"delivery_p50_us", figure_of(p50_us_)}};
  }

 private:
  unsigned users_;
  Town town_;
  std::vector<double> cpu_us_;
  std::vector<double> per_second_;
  std::vector<double> p50_us_;
};

}  // namespace

Json scale_users(const ScaleOptions& options) {
  const unsigned top = std::min(options.connections, kLargest);
  std::vector<std::unique_ptr<Size>> sizes;
  for (const unsigned users : decades(top, true)) {
    progress("scale users, a server for " + std::to_string(users));
    sizes.push_back(std::make_unique<Size>(options, users));
  }
  for (unsigned round = 0; round < options.rounds; ++round) {
    progress("scale users, round " + std::to_string(round + 1) + " of " + std::to_string(options.rounds));
    for (const auto& size : sizes) size->round();
  }
  Json result{{"posters", Town::kPosters}, {"paced_per_second", 1'000'000'000 / kPeriod}, {"points", Json::array()}};
  Table table({"users", "server CPU us/message", "delivery p50 us", "messages/s"});
  for (const auto& size : sizes) {
    const Json point = size->figures();
    table.row({std::to_string(point["users"].get<unsigned>()), spread(point["server_cpu_us_per_message"], 1),
               spread(point["delivery_p50_us"], 0), decimal(point["messages_per_second"]["median"].get<double>(), 0)});
    result["points"].push_back(point);
  }
  table.print();
  std::printf("\n");
  return result;
}

}  // namespace push::bench
