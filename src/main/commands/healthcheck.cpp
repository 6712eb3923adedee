// sharded-gotify healthcheck
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "main/command.hpp"
#include "main/health_check.hpp"
#include "main/settings.hpp"

namespace push {
namespace {

constexpr unsigned kSeconds = 4;  // less than the image's own limit
constexpr unsigned kMaxSeconds = 3600;

int check(const GlobalOptions& options, unsigned seconds) {
  const auto loaded = load_settings(options.config);
  if (!loaded) {
    refuse(loaded.error());
    return kFailure;
  }
  const Health health = ask_health(loaded->config.server, std::chrono::seconds(seconds));
  if (health.good) return print(health.text + "\n");
  std::fprintf(stderr, "%s\n", health.text.c_str());
  return kFailure;
}

const Command kHealthcheck("healthcheck", "ask the running server whether it is well; exit code 0 or 1",
                           Command::Reads::settings, [](CLI::App& line) -> Action {
                             const auto seconds = std::make_shared<unsigned>(kSeconds);
                             line.add_option("--timeout", *seconds, "seconds to wait for the answer, 4 by default")
                                 ->type_name("SECONDS")
                                 ->check(CLI::Range(1U, kMaxSeconds));
                             return [seconds](const GlobalOptions& options) { return check(options, *seconds); };
                           });

}  // namespace
}  // namespace push
