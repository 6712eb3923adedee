// The command line: sharded-gotify [serve | check-config | migrate-config FILE | version] [--config FILE] [--help].
#pragma once
#include <string>

#include "push/core/result.hpp"

namespace push {

struct Options {
  enum class Command { serve, check_config, migrate_config, version, help };
  Command command = Command::serve;
  std::string config;   // empty: the default places
  std::string migrate;  // of migrate_config: the file, empty if none is named
};

// Error text for stderr; the exit code is 2 (gotify-spec 5.2).
core::Result<Options> parse_options(int argc, const char* const* argv);
const char* usage();

}  // namespace push
