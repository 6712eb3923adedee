// sharded-gotify: builds everything in order, waits, takes it down.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "main/build.hpp"
#include "main/options.hpp"
#include "main/server.hpp"
#include "main/signals.hpp"
#include "push/config/config.hpp"

namespace {

// Exit codes: 0 done, 1 cannot start, 2 wrong command line, 3 wrong configuration.
constexpr int kFailure = 1;
constexpr int kUsageError = 2;
constexpr int kConfigError = 3;

push::config::Environment environment() {
  push::config::Environment all;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    // A name that stands twice: the first, as getenv has it.
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

// As Gotify does with all of a dotenv file: NOCOLOR may stand there, say. The real environment wins.
void add_to_environment(const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 0);
}

int print(const std::string& text) {
  return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0 ? kFailure : 0;
}

int print_settings(const push::config::Loaded& loaded) {
  using Level = push::config::Notice::Level;
  for (const auto& notice : loaded.notices) {
    std::fprintf(stderr, "%s: %s\n", notice.level == Level::warning ? "warning" : "note", notice.text.c_str());
  }
  std::string all;
  for (const auto& setting : loaded.settings) {
    all += setting.key + " = " + setting.value + "  # " + setting.origin + "\n";
  }
  return print(all);
}

int refuse(const push::core::Error& error) {
  std::fprintf(stderr, "%s\n", error.text.c_str());
  return kConfigError;
}

int migrate(const std::string& file) {
  if (file.empty()) {
    std::fprintf(stderr, "sharded-gotify: migrate-config needs the path of a config.yml\n");
    return kFailure;
  }
  const auto dotenv = push::config::migrate(file);
  if (dotenv) return print(*dotenv);
  const int code = refuse(dotenv.error());
  return dotenv.error().code == push::core::ErrorCode::not_found ? kFailure : code;
}

int run(const push::Options& options) {
  const auto loaded = push::config::load(options.config, environment());
  if (!loaded) return refuse(loaded.error());
  if (options.command == push::Options::Command::check_config) return print_settings(*loaded);
  add_to_environment(loaded->variables);
  push::block_signals();
  return push::serve(*loaded);
}

}  // namespace

int main(int argc, char** argv) {
  using Command = push::Options::Command;
  const auto options = push::parse_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "sharded-gotify: %s\n%s", options.error().text.c_str(), push::usage());
    return kUsageError;
  }
  switch (options->command) {
    case Command::help:
      return std::fputs(push::usage(), stderr) < 0 ? kFailure : 0;
    case Command::version:
      return print(push::build_information());
    case Command::migrate_config:
      return migrate(options->migrate);
    default:
      return run(*options);
  }
}
