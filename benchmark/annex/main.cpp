// push_bench_annex: benchmarks that are run occasionally. `scripts/bench` runs it.
#include "benchmark/annex/scenarios.hpp"

int main(int count, char** words) {
  using namespace push::bench;
  return run_scenarios("push_bench_annex", {scale_scenario(), flood_scenario(), peers_scenario(), million_scenario()},
                       count, words);
}
