// The occasional benchmarks: other servers, the largest crowd, cost against size, a flood.
#pragma once
#include "benchmark/support/scenario.hpp"

namespace push::bench {

Scenario scale_scenario();
Scenario flood_scenario();
Scenario peers_scenario();
Scenario million_scenario();

}  // namespace push::bench
