// push_bench: starts the server, loads it, prints tables, writes JSON. README.md says what each figure means.
#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "scenarios.hpp"
#include "support/check.hpp"
#include "support/options.hpp"
#include "support/socket.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

Json machine() {
  utsname system{};
  ::uname(&system);
  std::string model = "unknown";
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("model name", 0) == 0) model = line.substr(line.find(':') + 2);
  }
  return {{"cpu", model}, {"cores", ::sysconf(_SC_NPROCESSORS_ONLN)}, {"kernel", system.release}};
}

void on_limit(int) {
  constexpr char kText[] = "push_bench: --limit-seconds is over\n";
  [[maybe_unused]] const ssize_t written = ::write(2, kText, sizeof kText - 1);
  ::_exit(1);  // the children die with us
}

struct Scenario {
  const char* name;
  Json (*run)(const Options& options);
  bool in_all;  // false: needs more than this program, or more than an hour
};

constexpr std::array kScenarios{
    Scenario{"idle", run_idle, true},         Scenario{"fanout", run_fanout, true},
    Scenario{"post", run_post, true},         Scenario{"latency", run_latency, true},
    Scenario{"pages", run_pages, true},       Scenario{"scale", run_scale, false},
    Scenario{"connects", run_connects, true}, Scenario{"peers", run_peers, false},
    Scenario{"million", run_million, false},  Scenario{"pending", run_pending, true},
    Scenario{"guard", run_guard, false},
};

Json run(const Options& options) {
  Json figures = Json::object();
  for (const Scenario& scenario : kScenarios) {
    const bool wanted = options.scenario == "all" ? scenario.in_all : options.scenario == scenario.name;
    if (wanted) figures[scenario.name] = scenario.run(options);
  }
  if (figures.empty()) fail("what is " + options.scenario + "?\n" + usage());
  return figures;
}

void write(const Options& options, Json figures) {
  figures["machine"] = machine();
  figures["unix_time"] = std::time(nullptr);
  if (const auto folder = std::filesystem::path(options.json).parent_path(); !folder.empty()) {
    std::filesystem::create_directories(folder);
  }
  std::ofstream file(options.json);
  file << figures.dump(2) << '\n';
  if (!file.flush()) fail("cannot write " + options.json);
  std::printf("\nJSON: %s\n", options.json.c_str());
}

}  // namespace
}  // namespace push::bench

int main(int count, char** words) {
  using namespace push::bench;
  try {
    const Options options = parse_options(count, words);
    if (options.scenario == "help") {
      std::printf("%s", usage().c_str());
      return 0;
    }
    ::signal(SIGALRM, on_limit);
    ::alarm(options.limit_seconds);
    raise_descriptor_limit(options.descriptors);
    write(options, run(options));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "push_bench: %s\n", error.what());
    return 1;
  }
}
