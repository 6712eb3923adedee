#include "push/config/config.hpp"

#include <unistd.h>

#include <exception>
#include <utility>

#include "config/loader.hpp"
#include "config/source.hpp"

namespace push::config {

namespace {

// Gotify 3 reads dotenv files by itself. One that is there must not be ignored in silence; who names a config.yml has
// made the choice.
void refuse_dotenv(Loader& loader, const std::string& path, Environment environment) {
  constexpr const char* kWhy = ": dotenv files are not supported by this version; set variables or name a config.yml";
  const auto variable = [environment](const char* name) {
    const char* text = environment(name);
    return std::string(text == nullptr ? "" : text);
  };
  const std::string named = variable("GOTIFY_CONFIG_FILE");
  if (!named.empty()) return loader.fail("GOTIFY_CONFIG_FILE: " + printable(named) + kWhy);
  if (!path.empty()) return;

  std::string home = variable("XDG_CONFIG_HOME");
  if (home.empty() && !variable("HOME").empty()) home = variable("HOME") + "/.config";
  std::vector<std::string> candidates = {"gotify-server.env", "/etc/gotify/server.env"};
  if (!home.empty()) candidates.push_back(home + "/gotify/gotify-server.env");
  for (const std::string& candidate : candidates) {
    if (::access(candidate.c_str(), F_OK) == 0) loader.fail(printable(candidate) + kWhy);
  }
}

void read_files(Loader& loader, const std::string& path) {
  const std::vector<std::string> candidates =
      path.empty() ? std::vector<std::string>{"config.yml", "/etc/gotify/config.yml"} : std::vector<std::string>{path};
  for (const std::string& candidate : candidates) {
    const auto text = read_file(candidate);
    if (text.has_value()) return loader.read_yaml(candidate, *text);
    if (path.empty() && text.error().code == core::ErrorCode::not_found) continue;
    return loader.fail(text.error().text);
  }
}

}  // namespace

core::Result<Loaded> load(const std::string& path, Environment environment) {
  try {
    Loader loader;
    refuse_dotenv(loader, path, environment);
    read_files(loader, path);
    loader.read_environment(environment);
    loader.check_together();
    if (std::string errors = loader.errors(); !errors.empty()) {
      return core::failure(core::ErrorCode::invalid, std::move(errors));
    }
    return loader.loaded();
  } catch (const std::exception& error) {
    return core::failure(core::ErrorCode::internal, std::string("configuration: ") + error.what());
  }
}

}  // namespace push::config
