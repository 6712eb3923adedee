// The scenarios used by gates and for published figures; the rest is in annex/.
#pragma once
#include "benchmark/support/scenario.hpp"

namespace push::bench {

Scenario idle_scenario();
Scenario fanout_scenario();
Scenario pending_scenario();
Scenario connects_scenario();
Scenario resume_scenario();
Scenario post_scenario();
Scenario latency_scenario();
Scenario pages_scenario();
Scenario retention_scenario();
Scenario cluster_scenario();
Scenario guard_scenario();

}  // namespace push::bench
