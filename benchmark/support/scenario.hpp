// A scenario: its name, its options on the command line, and what it does.
#pragma once
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace CLI {
class App;
}

namespace push::bench {

inline constexpr unsigned kNoOption = ~0U;

// The options that scenarios share. Each has --size, and those of the last three that it gives a default.
struct CommonOptions {
  std::string program{};  // the server; default: sharded-gotify next to this program
  std::string dir{};      // data of the servers under measurement; default: build/bench/data
  std::string json{};     // default: build/bench/<scenario>.json
  unsigned size = 100;    // bytes of a message text
  unsigned connections = kNoOption;
  unsigned threads = kNoOption;
  unsigned rounds = kNoOption;
};

// build/bench, as an absolute path.
std::string results_folder();

using Words = std::vector<std::string>;
bool contains(const Words& words, std::string_view word);

// Binds the options of one scenario to its fields, whose values are the defaults.
class Flags {
 public:
  Flags(CLI::App& command, CommonOptions& options);
  void add(const char* name, unsigned& value, const char* help);
  void add(const char* name, std::string& value, const char* help);
  void add(const char* name, std::vector<unsigned>& values, const char* help);
  // A subset of the words in `values`.
  void choose(const char* name, Words& values, const char* help);
  // What a shared option means in this scenario, if it is something of its own.
  void describe(const char* name, const char* help);

 private:
  CLI::App& command_;
};

struct Scenario {
  const char* name;
  const char* help;
  bool in_all;  // false: needs more than this program, or more than an hour
  std::shared_ptr<CommonOptions> options;
  std::function<void(Flags&)> bind;
  std::function<nlohmann::json()> run;
};

// `bind`: the options that are not shared; null = none. `run` prints its table and returns its figures; it fails if any
// delivery or stored message is wrong.
template <class Options>
Scenario scenario(const char* name, const char* help, std::type_identity_t<void (*)(Flags&, Options&)> bind,
                  nlohmann::json (*run)(const Options&), bool in_all = true) {
  auto options = std::make_shared<Options>();
  const auto bind_own = [=](Flags& flags) {
    if (bind != nullptr) bind(flags, *options);
  };
  return {name, help, in_all, options, bind_own, [=] { return run(*options); }};
}

// The whole program: parses the command line, runs the scenario, writes its figures. Returns the exit code.
int run_scenarios(const char* program, const std::vector<Scenario>& scenarios, int count, char** words);

}  // namespace push::bench
