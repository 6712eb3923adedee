// The settings of this process, from its environment and the files at `--config` or in the default places.
#pragma once
#include <string>

#include "push/config/config.hpp"

namespace push {

core::Result<config::Loaded> load_settings(const std::string& config_file);

// Prints one line to stderr. Returns the exit code.
int refuse(const core::Error& error);

}  // namespace push
