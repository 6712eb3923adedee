// The curves of the scenario `scale`: one cost against one size each. The rounds of a curve go over all of its sizes in
// turn (A B C, A B C), so that a slow minute of the machine touches every size.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "support/options.hpp"

namespace push::bench {

nlohmann::json scale_connections(const Options& options);
nlohmann::json scale_users(const Options& options);
nlohmann::json scale_stored(const Options& options);
nlohmann::json scale_shards(const Options& options);
nlohmann::json scale_shards_in_server(const Options& options);

unsigned scale_rounds(const Options& options);

// 1, 10, 100 … up to `top`; with a step in between: 1, 3, 10, 30 …
std::vector<unsigned> decades(unsigned top, bool between);

// {"median": …, "rounds": […]}
nlohmann::json figure_of(const std::vector<double>& rounds);

// "1.23 (1.20 to 1.31)", for a table
std::string spread(const nlohmann::json& figure, int places);

}  // namespace push::bench
