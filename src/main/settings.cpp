#include "main/settings.hpp"

#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "main/command.hpp"

namespace push {
namespace {

config::Environment environment() {
  config::Environment all;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    // If a name appears twice the first one counts, as for getenv.
    if (equals != std::string_view::npos) all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

}  // namespace

core::Result<config::Loaded> load_settings(const std::string& config_file) {
  return config::load(config_file, environment());
}

int refuse(const core::Error& error) {
  std::fprintf(stderr, "%s\n", error.text.c_str());
  return kConfigError;
}

}  // namespace push
