#include "push/config/config.hpp"

#include <unistd.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <utility>

#include "config/dotenv.hpp"
#include "config/loader.hpp"
#include "config/source.hpp"
#include "config/structure.hpp"

namespace push::config {

namespace {

std::string variable(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

bool is_yaml(const std::string& path) {
  return path.ends_with(".yml") || path.ends_with(".yaml");
}

// Returns whether one was read.
bool read_yaml_files(Loader& loader, const std::string& path) {
  // Both, as in Gotify 2; the one in the working directory wins.
  const std::vector<std::string> candidates =
      path.empty() ? std::vector<std::string>{"/etc/gotify/config.yml", "config.yml"} : std::vector<std::string>{path};
  bool any = false;
  for (const std::string& candidate : candidates) {
    const auto text = read_file(candidate);
    if (text.has_value()) {
      loader.read_yaml(candidate, *text);
      any = true;
    } else if (!path.empty() || text.error().code != core::ErrorCode::not_found) {
      loader.fail(text.error().text);
    }
  }
  return any;
}

std::vector<std::string> dotenv_places(const Environment& environment) {
  std::string home = variable(environment, "XDG_CONFIG_HOME");
  const std::string user = variable(environment, "HOME");
  if (home.empty() && !user.empty()) home = user + "/.config";
  std::vector<std::string> places = {"gotify-server.env"};
  if (!home.empty()) places.push_back(home + "/gotify/gotify-server.env");
  places.emplace_back("/etc/gotify/server.env");
  return places;
}

// The path of the file that was read, or empty.
std::string read_dotenv_file(Loader& loader, const std::string& named, const Environment& environment) {
  std::string read;
  for (const std::string& place : named.empty() ? dotenv_places(environment) : std::vector<std::string>{named}) {
    if (named.empty() && ::access(place.c_str(), F_OK) != 0) continue;
    if (!read.empty()) {
      loader.note(Notice::Level::warning, printable(place) + ": ignored because " + printable(read) + " comes first");
      continue;
    }
    const auto text = read_file(place);
    if (text.has_value()) {
      loader.read_dotenv(place, *text);
      read = place;
    } else if (text.error().code == core::ErrorCode::not_found) {
      loader.note(Notice::Level::warning, std::string(kConfigFile) + ": " + text.error().text);
    } else {
      loader.fail(text.error().text);
    }
  }
  return read;
}

void read_files(Loader& loader, std::string path, const Environment& environment) {
  std::string named = variable(environment, kConfigFile);
  if (is_yaml(named)) {
    if (!path.empty() && path != named) {
      loader.fail(std::string(kConfigFile) + ": " + printable(named) + ": --config names another file, " +
                  printable(path));
      return;
    }
    path = std::exchange(named, "");
    loader.note(Notice::Level::info, std::string(kConfigFile) + ": " + printable(path) + ": read as config.yml");
    read_yaml_files(loader, path);
    return;
  }
  const bool yaml = read_yaml_files(loader, path);
  const std::string dotenv = read_dotenv_file(loader, named, environment);
  if (yaml && !dotenv.empty()) {
    loader.note(
        Notice::Level::warning,
        printable(dotenv) + ": overrides config.yml; Gotify 3 does not read config.yml, so keep only one of them");
  }
}

// Gotify loads plugins as Go shared objects.
void note_plugins(Loader& loader) {
  const auto& folder = std::get<std::string>(loader.value("pluginsdir"));
  if (folder.empty()) return;
  std::error_code failed;
  std::size_t count = 0;
  for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (entry->path().extension() == ".so") ++count;
  }
  if (count == 0) return;
  loader.note(Notice::Level::warning, "pluginsdir: " + printable(folder) + ": plugins found: " + std::to_string(count) +
                                          "; this server loads none, and their settings stay in the database");
}

core::Error refused(const Loader& loader) {
  return core::failure(core::ErrorCode::invalid, loader.errors());
}

core::Error broken(const std::exception& error) {
  return core::failure(core::ErrorCode::internal, std::string("configuration: ") + error.what());
}

}  // namespace

core::Result<Loaded> load(const std::string& path, const Environment& environment) {
  try {
    Loader loader;
    read_files(loader, path, environment);
    loader.read_environment(environment);
    loader.check_together();
    if (!loader.errors().empty()) return refused(loader);
    note_plugins(loader);
    return loader.loaded();
  } catch (const std::exception& error) {
    return broken(error);
  }
}

core::Result<std::string> migrate(const std::string& path) {
  try {
    auto text = read_file(path);
    if (text.has_error()) return text.error();
    Loader loader;
    loader.read_yaml(path, *text);
    std::string dotenv;
    for (const auto& [key, value] : loader.given()) {
      // An empty variable counts as unset.
      const bool is_lost = is_empty(value) && value != key.initial;
      const std::optional<std::string> quoted = is_lost ? std::nullopt : quote_dotenv(to_variable(value));
      if (quoted) {
        dotenv += key.variable() + '=' + *quoted + '\n';
      } else {
        loader.fail(printable(path) + ": " + key.path +
                    ": a dotenv file cannot hold this value; write it to a file of its own and set " + key.variable() +
                    "_FILE to that path");
      }
    }
    if (!loader.errors().empty()) return refused(loader);
    return dotenv;
  } catch (const std::exception& error) {
    return broken(error);
  }
}

}  // namespace push::config
