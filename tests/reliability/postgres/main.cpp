#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include "push/core/log.hpp"
#include "reliability/postgres/trials.hpp"

int main(int count, char** words) {
  using namespace push::trials;
  const std::string what = count > 1 ? words[1] : "";
  spdlog::set_level(spdlog::level::off);
  try {
    if (what == "cut" && count == 3) {
      cut(std::strtoul(words[2], nullptr, 10));
    } else if (what == "kill" && count == 3) {
      kill_database(std::atoi(words[2]));
    } else if (what == "freeze" && count == 4) {
      freeze(std::atoi(words[2]), words[3]);
    } else {
      std::fprintf(stderr,
                   "usage: push_postgres_trials cut STEP | kill ROUNDS | freeze ROUNDS messages|large|changes\n");
      return 2;
    }
  } catch (const std::exception& error) {
    fault(error.what());
  }
  return any_faults() ? 1 : 0;
}
