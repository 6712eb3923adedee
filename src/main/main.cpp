// sharded-gotify: builds everything in order, waits, takes it down.
#include <cstdio>
#include <cstdlib>

#include "main/options.hpp"
#include "main/server.hpp"
#include "main/signals.hpp"
#include "push/config/config.hpp"

namespace {

// Exit codes: 0 done, 1 cannot start, 2 wrong command line, 3 wrong configuration.
constexpr int kUsageError = 2;
constexpr int kConfigError = 3;

int print_settings(const push::config::Loaded& loaded) {
  for (const auto& setting : loaded.settings) {
    std::printf("%s = %s  # %s\n", setting.key.c_str(), setting.value.c_str(), setting.origin.c_str());
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  using Command = push::Options::Command;
  const auto options = push::parse_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "sharded-gotify: %s\n%s", options.error().text.c_str(), push::usage());
    return kUsageError;
  }
  if (options->command == Command::help) return std::fputs(push::usage(), stderr) < 0 ? 1 : 0;
  if (options->command == Command::version) return std::printf("Version: %s\n", PUSH_VERSION) < 0 ? 1 : 0;

  const auto loaded =
      push::config::load(options->config, [](const char* name) -> const char* { return std::getenv(name); });
  if (!loaded) {
    std::fprintf(stderr, "%s\n", loaded.error().text.c_str());
    return kConfigError;
  }
  if (options->command == Command::check_config) return print_settings(*loaded);

  push::block_signals();
  return push::serve(*loaded);
}
