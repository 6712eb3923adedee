#include "main/options.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace push {

namespace {

std::optional<Options::Command> command_of(std::string_view word) {
  using Command = Options::Command;
  static constexpr std::array<std::pair<std::string_view, Command>, 4> kCommands = {
      {{"serve", Command::serve},
       {"check-config", Command::check_config},
       {"migrate-config", Command::migrate_config},
       {"version", Command::version}}};
  for (const auto& [name, command] : kCommands) {
    if (name == word) return command;
  }
  return std::nullopt;
}

}  // namespace

const char* usage() {
  return "usage: sharded-gotify [command] [--config FILE]\n"
         "\n"
         "commands:\n"
         "  serve                run the server (the default)\n"
         "  check-config         print every effective setting and where it came from\n"
         "  migrate-config FILE  print the settings of a config.yml as a dotenv file\n"
         "  version              print the version\n"
         "\n"
         "options:\n"
         "  --config FILE  read this config.yml instead of /etc/gotify/config.yml and ./config.yml\n"
         "  -h, --help     print this\n";
}

core::Result<Options> parse_options(int argc, const char* const* argv) {
  Options options;
  bool commanded = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "-h" || word == "--help") {
      options.command = Options::Command::help;
      return options;
    }
    if (word == "--config") {
      if (i + 1 == argc) return core::failure(core::ErrorCode::invalid, "--config needs a file");
      options.config = argv[++i];
    } else if (word.starts_with("--config=")) {
      options.config = word.substr(9);
    } else if (word.starts_with("-")) {
      return core::failure(core::ErrorCode::invalid, "unknown flag \"" + std::string(word) + "\"");
    } else if (!commanded) {
      const auto command = command_of(word);
      if (!command) return core::failure(core::ErrorCode::invalid, "unknown command \"" + std::string(word) + "\"");
      options.command = *command;
      commanded = true;
    } else if (options.command == Options::Command::migrate_config && options.migrate.empty()) {
      options.migrate = word;
    } else {
      return core::failure(core::ErrorCode::invalid, "more than one command: \"" + std::string(word) + "\"");
    }
  }
  return options;
}

}  // namespace push
