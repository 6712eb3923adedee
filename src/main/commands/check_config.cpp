// sharded-gotify check-config
#include <cstdio>

#include "main/checks.hpp"
#include "main/command.hpp"
#include "main/settings.hpp"

namespace push {
namespace {

int check_config(const GlobalOptions& options) {
  const auto loaded = load_settings(options.config);
  if (!loaded) return refuse(loaded.error());
  for (const config::Notice& notice : loaded->notices) {
    const bool warning = notice.level == config::Notice::Level::warning;
    std::fprintf(stderr, "%s: %s\n", warning ? "warning" : "note", notice.text.c_str());
  }
  std::string all;
  for (const auto& setting : loaded->settings)
    all += setting.key + " = " + setting.value + "  # " + setting.origin + "\n";
  const int printed = print(all);
  if (const auto passed = check_before_start(loaded->config); !passed) return cannot_start(passed.error());
  return printed;
}

const Command kCheckConfig("check-config", "print every effective setting and where it comes from",
                           Command::Reads::settings, [](CLI::App&) -> Action { return check_config; });

}  // namespace
}  // namespace push
