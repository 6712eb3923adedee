// sharded-gotify: reads the command line and runs the command that it names.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "main/build.hpp"
#include "main/command.hpp"
#include "push/core/check.hpp"

namespace {

constexpr std::string_view kDefault = "serve";

int refuse(const CLI::App& line, std::string what) {
  if (const auto rest = line.remaining(true); !rest.empty()) {
    const bool flag = rest.front().starts_with("-");
    const bool command = line.get_subcommands().empty();
    what = (flag ? "unknown flag \"" : command ? "unknown command \"" : "unexpected argument \"") + rest.front() + "\"";
  }
  std::fprintf(stderr, "sharded-gotify: %s\n%s", what.c_str(), line.help().c_str());
  return push::kUsageError;
}

void add_config(CLI::App& line, push::GlobalOptions& options) {
  line.add_option("--config", options.config, "read this config.yml instead of /etc/gotify/config.yml and ./config.yml")
      ->type_name("FILE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
}

// Without the program's name, last first, as CLI11 wants them. It would take the word after `--config=` for its value.
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words;
  for (int i = argc - 1; i > 0; --i) {
    const std::string_view word = argv[i];
    if (word == "--config=") {
      words.insert(words.end(), {"", "--config"});
    } else {
      words.emplace_back(word);
    }
  }
  return words;
}

}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(push::core::terminated);
  CLI::App line("A push server that speaks Gotify's protocol.", "sharded-gotify");
  line.get_formatter()->label("OPTIONS", "options");
  line.get_formatter()->label("SUBCOMMAND", "command");
  line.get_formatter()->label("Subcommands", "Commands");
  push::GlobalOptions options;
  add_config(line, options);
  line.set_version_flag("--version", push::build_information(), "print the version");
  line.require_subcommand(0, 1)->fallthrough();
  push::Action action;
  for (const push::Command* command : push::Command::all()) {
    CLI::App* sub = line.add_subcommand(command->name(), command->help());
    if (command->reads_settings()) add_config(*sub, options);
    push::Action run = command->run(*sub);
    if (command->name() == kDefault) action = run;
    sub->final_callback([&action, run = std::move(run)] { action = run; });
  }
  std::vector<std::string> words = words_of(argc, argv);
  if (std::find(words.begin(), words.end(), "--") != words.end()) return refuse(line, "unknown flag \"--\"");
  try {
    line.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    return std::fputs(line.help().c_str(), stderr) < 0 ? push::kFailure : 0;
  } catch (const CLI::CallForVersion& version) {
    return push::print(version.what());
  } catch (const CLI::ParseError& error) {
    return refuse(line, error.what());
  }
  return action(options);
}
