// scale: cost against size, as curves. plots/ draws them.
#include "benchmark/annex/scale.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "benchmark/annex/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {

using Json = nlohmann::json;

std::vector<unsigned> decades(unsigned top, bool between) {
  std::vector<unsigned> sizes;
  for (std::uint64_t size = 1; size <= top; size *= 10) {
    sizes.push_back(static_cast<unsigned>(size));
    if (between && 3 * size <= top) sizes.push_back(static_cast<unsigned>(3 * size));
  }
  if (sizes.empty()) fail("a curve needs a size of at least 1");
  return sizes;
}

Json figure_of(const std::vector<double>& rounds) {
  return {{"median", median(rounds)}, {"rounds", rounds}};
}

std::string spread(const Json& figure, int places) {
  const auto rounds = figure.at("rounds").get<std::vector<double>>();
  const auto [least, most] = std::minmax_element(rounds.begin(), rounds.end());
  return decimal(figure.at("median").get<double>(), places) + " (" + decimal(*least, places) + " to " +
         decimal(*most, places) + ")";
}

namespace {

Json run_scale(const ScaleOptions& options) {
  Json all = Json::object();
  if (contains(options.cases, "connections")) all["connections"] = scale_connections(options);
  if (contains(options.cases, "users")) all["users"] = scale_users(options);
  if (contains(options.cases, "stored")) all["stored"] = scale_stored(options);
  if (contains(options.cases, "shards")) {
    all["shards"] = scale_shards(options);
    all["shards"]["in_server"] = scale_shards_in_server(options);
  }
  return all;
}

void bind(Flags& flags, ScaleOptions& options) {
  flags.describe("--connections", "the largest number of subscribers (of users: at most 10000)");
  flags.add("--stored", options.stored, "the largest number of stored messages");
  flags.describe("--threads", "loops of the server; 0: one per core, one for connections");
  flags.choose("--cases", options.cases, "which curves");
}

}  // namespace

Scenario scale_scenario() {
  return scenario("scale", "cost against size, as curves", bind, run_scale, false);
}

}  // namespace push::bench
