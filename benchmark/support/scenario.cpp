#include "benchmark/support/scenario.hpp"

#include <signal.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "benchmark/support/check.hpp"
#include "benchmark/support/socket.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

fs::path program_folder() {
  return fs::read_symlink("/proc/self/exe").parent_path();
}

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
  constexpr char kText[] = "benchmark: stopped after --limit-seconds\n";
  [[maybe_unused]] const ssize_t written = ::write(2, kText, sizeof kText - 1);
  ::_exit(1);  // the children die with us
}

void write(const std::string& path, Json figures) {
  figures["machine"] = machine();
  figures["unix_time"] = std::time(nullptr);
  if (const auto folder = fs::path(path).parent_path(); !folder.empty()) fs::create_directories(folder);
  std::ofstream file(path);
  file << figures.dump(2) << '\n';
  if (!file.flush()) fail("cannot write " + path);
  std::printf("\nJSON: %s\n", path.c_str());
}

// The command line besides the options of the scenarios.
struct Shared {
  std::string json;
  std::string program;
  std::string dir;
  unsigned limit_seconds = 1800;
};

void run(const Shared& shared, const std::vector<Scenario>& scenarios, const std::string& chosen) {
  const auto or_default = [](const std::string& given, const fs::path& otherwise) {
    return fs::absolute(given.empty() ? otherwise : fs::path(given)).string();
  };
  const std::string json = or_default(shared.json, fs::path(results_folder()) / (chosen + ".json"));
  ::signal(SIGALRM, on_limit);
  ::alarm(shared.limit_seconds);
  raise_descriptor_limit();
  Json figures = Json::object();
  for (const Scenario& each : scenarios) {
    if (chosen != each.name && !(chosen == "all" && each.in_all)) continue;
    each.options->json = json;
    each.options->program = or_default(shared.program, program_folder() / "sharded-gotify");
    each.options->dir = or_default(shared.dir, fs::path(results_folder()) / "data");
    figures[each.name] = each.run();
  }
  write(json, figures);
}

}  // namespace

std::string results_folder() {
  return (program_folder().parent_path() / "bench").string();
}

bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

Flags::Flags(CLI::App& command, CommonOptions& options) : command_(command) {
  add("--size", options.size, "size of a message text in bytes");
  if (options.connections != kNoOption) add("--connections", options.connections, "subscribers");
  if (options.threads != kNoOption) add("--threads", options.threads, "loops of the server; 0: one per core");
  if (options.rounds != kNoOption) add("--rounds", options.rounds, "rounds");
}

void Flags::describe(const char* name, const char* help) {
  command_.get_option(name)->description(help);
}

void Flags::add(const char* name, unsigned& value, const char* help) {
  command_.add_option(name, value, help)->capture_default_str();
}

void Flags::add(const char* name, std::string& value, const char* help) {
  command_.add_option(name, value, help)->capture_default_str();
}

void Flags::add(const char* name, std::vector<unsigned>& values, const char* help) {
  command_.add_option(name, values, help)->delimiter(',')->capture_default_str();
}

void Flags::choose(const char* name, Words& values, const char* help) {
  command_.add_option(name, values, help)->delimiter(',')->capture_default_str()->check(CLI::IsMember(values));
}

int run_scenarios(const char* program, const std::vector<Scenario>& scenarios, int count, char** words) {
  CLI::App app(
      "Starts servers, loads them, prints tables, writes JSON. docs/benchmarks.md says what each figure means.",
      program);
  Shared shared;
  app.add_option("--json", shared.json, "JSON file for the figures (default: build/bench/<scenario>.json)");
  app.add_option("--program", shared.program, "the server (default: sharded-gotify next to this program)");
  app.add_option("--dir", shared.dir, "data of the servers, on a real disk (default: build/bench/data)");
  app.add_option("--limit-seconds", shared.limit_seconds, "stop everything after this time")->capture_default_str();
  const bool has_all =
      std::any_of(scenarios.begin(), scenarios.end(), [](const Scenario& each) { return each.in_all; });
  app.require_subcommand(has_all ? 0 : 1, 1)->fallthrough();
  app.add_subcommand("help", "print all options of all scenarios");
  if (has_all) app.add_subcommand("all", "the scenarios below except guard, one after another (the default)");
  for (const Scenario& each : scenarios) {
    CLI::App* command = app.add_subcommand(each.name, each.help);
    Flags flags(*command, *each.options);
    each.bind(flags);
  }
  try {
    app.parse(count, words);
    const auto chosen = app.get_subcommands();
    const std::string name = chosen.empty() ? "all" : chosen.front()->get_name();
    if (name == "help") return std::printf("%s", app.help("", CLI::AppFormatMode::All).c_str()) < 0 ? 1 : 0;
    run(shared, scenarios, name);
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", program, error.what());
    return 1;
  }
}

}  // namespace push::bench
