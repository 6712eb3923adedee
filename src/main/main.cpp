// sharded-gotify: reads the command line and runs the command that it names.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "main/command.hpp"

namespace {

constexpr std::string_view kDefault = "serve";

int refuse(const CLI::App& line, const CLI::ParseError& error) {
  std::string what = error.what();
  if (const auto rest = line.remaining(true); !rest.empty()) {
    const bool flag = rest.front().starts_with("-");
    const bool command = line.get_subcommands().empty();
    what = (flag ? "unknown flag \"" : command ? "unknown command \"" : "unexpected argument \"") + rest.front() + "\"";
  }
  std::fprintf(stderr, "sharded-gotify: %s\n%s", what.c_str(), line.help().c_str());
  return push::kUsageError;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App line("A push server that speaks Gotify's protocol.", "sharded-gotify");
  line.get_formatter()->label("OPTIONS", "options");
  line.get_formatter()->label("SUBCOMMAND", "command");
  line.get_formatter()->label("Subcommands", "Commands");
  push::GlobalOptions options;
  line.add_option("--config", options.config, "read this config.yml instead of /etc/gotify/config.yml and ./config.yml")
      ->type_name("FILE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  line.require_subcommand(0, 1)->fallthrough();
  push::Action action;
  for (const push::Command* command : push::Command::all()) {
    CLI::App* sub = line.add_subcommand(command->name(), command->help());
    push::Action run = command->run(*sub);
    if (command->name() == kDefault) action = run;
    sub->final_callback([&action, run = std::move(run)] { action = run; });
  }
  try {
    line.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return std::fputs(line.help().c_str(), stderr) < 0 ? push::kFailure : 0;
  } catch (const CLI::ParseError& error) {
    return refuse(line, error);
  }
  return action(options);
}
