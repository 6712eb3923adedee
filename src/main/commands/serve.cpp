// sharded-gotify serve
#include <sys/stat.h>

#include <cstdlib>

#include "main/command.hpp"
#include "main/server.hpp"
#include "main/settings.hpp"
#include "main/signals.hpp"

namespace push {
namespace {

// As Gotify does with everything in a dotenv file, e.g. NOCOLOR. The real environment wins.
void add_to_environment(const std::map<std::string, std::string>& variables) {
  for (const auto& [name, value] : variables) ::setenv(name.c_str(), value.c_str(), 0);
}

// The database holds tokens: files are for this user and its group (0640, folders 0750) only.
constexpr mode_t kUmask = 027;

int run(const GlobalOptions& options) {
  const auto loaded = load_settings(options.config);
  if (!loaded) return refuse(loaded.error());
  add_to_environment(loaded->variables);
  ::umask(kUmask);
  block_signals();
  return serve(*loaded);
}

const Command kServe("serve", "run the server (the default)", Command::Reads::settings,
                     [](CLI::App&) -> Action { return run; });

}  // namespace
}  // namespace push
