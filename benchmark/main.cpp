// push_bench: the load generators that gate and whose figures are quoted.
#include "benchmark/scenarios.hpp"

int main(int count, char** words) {
  using namespace push::bench;
  return run_scenarios("push_bench",
                       {idle_scenario(), fanout_scenario(), pending_scenario(), connects_scenario(), post_scenario(),
                        latency_scenario(), pages_scenario(), guard_scenario()},
                       count, words);
}
