// The settings of this process: its environment and the files that `--config` or the default places name.
#pragma once
#include <string>

#include "push/config/config.hpp"

namespace push {

core::Result<config::Loaded> load_settings(const std::string& config_file);

// One line on stderr. The exit code.
int refuse(const core::Error& error);

}  // namespace push
