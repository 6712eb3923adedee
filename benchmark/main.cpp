// push_bench: the load generators used by gates and for published figures.
#include "benchmark/scenarios.hpp"

int main(int count, char** words) {
  using namespace push::bench;
  return run_scenarios(
      "push_bench",
      {idle_scenario(), fanout_scenario(), pending_scenario(), connects_scenario(), resume_scenario(), post_scenario(),
       latency_scenario(), pages_scenario(), retention_scenario(), cluster_scenario(), guard_scenario()},
      count, words);
}
