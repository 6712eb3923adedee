// The curves of the scenario `scale`: each is one cost against one size. The rounds of a curve go through all of its
// sizes in turn (A B C, A B C), so that a slow minute of the machine affects every size.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "benchmark/support/scenario.hpp"

namespace push::bench {

struct ScaleOptions : CommonOptions {
  // The largest number; of `users` at most 10,000.
  ScaleOptions() : CommonOptions{.connections = 19'000, .threads = 0, .rounds = 5} {}
  unsigned stored = 1'000'000;  // the largest number
  Words cases{"connections", "users", "stored", "shards"};
};

nlohmann::json scale_connections(const ScaleOptions& options);
nlohmann::json scale_users(const ScaleOptions& options);
nlohmann::json scale_stored(const ScaleOptions& options);
nlohmann::json scale_shards(const ScaleOptions& options);
nlohmann::json scale_shards_in_server(const ScaleOptions& options);

// 1, 10, 100 … up to `top`; with a step in between: 1, 3, 10, 30 …
std::vector<unsigned> decades(unsigned top, bool between);

// {"median": …, "rounds": […]}
nlohmann::json figure_of(const std::vector<double>& rounds);

// "1.23 (1.20 to 1.31)", for a table
std::string spread(const nlohmann::json& figure, int places);

}  // namespace push::bench
