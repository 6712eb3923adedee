// scale: cost against size, as curves. plots/ draws them.
#include "scale.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "scenarios.hpp"
#include "support/check.hpp"
#include "support/stats.hpp"
#include "support/table.hpp"

namespace push::bench {

using Json = nlohmann::json;

unsigned scale_rounds(const Options& options) {
  constexpr unsigned kDefaultRounds = 5;
  return options.rounds != 0 ? options.rounds : kDefaultRounds;
}

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

Json run_scale(const Options& options) {
  Json all = Json::object();
  if (wants_case(options, "connections")) all["connections"] = scale_connections(options);
  if (wants_case(options, "users")) all["users"] = scale_users(options);
  if (wants_case(options, "stored")) all["stored"] = scale_stored(options);
  if (wants_case(options, "shards")) {
    all["shards"] = scale_shards(options);
    all["shards"]["in_server"] = scale_shards_in_server(options);
  }
  if (all.empty()) fail("scale has no case in " + options.cases + "; it has connections,users,stored,shards");
  return all;
}

}  // namespace push::bench
