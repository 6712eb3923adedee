#include "main/options.hpp"

#include <string_view>

namespace push {

const char* usage() {
  return "usage: sharded-gotify [command] [--config FILE]\n"
         "\n"
         "commands:\n"
         "  serve         run the server (the default)\n"
         "  check-config  print every effective setting and where it came from\n"
         "  version       print the version\n"
         "\n"
         "options:\n"
         "  --config FILE  read this config.yml; else ./config.yml, then /etc/gotify/config.yml, if present\n"
         "  -h, --help     print this\n";
}

core::Result<Options> parse_options(int argc, const char* const* argv) {
  Options options;
  bool commanded = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "-h" || word == "--help") {
      options.command = Options::Command::help;
      return options;
    }
    if (word == "--config") {
      if (i + 1 == argc) return core::failure(core::ErrorCode::invalid, "--config needs a file");
      options.config = argv[++i];
    } else if (word.starts_with("--config=")) {
      options.config = word.substr(9);
    } else if (word.starts_with("-")) {
      return core::failure(core::ErrorCode::invalid, "unknown flag \"" + std::string(word) + "\"");
    } else if (commanded) {
      return core::failure(core::ErrorCode::invalid, "more than one command: \"" + std::string(word) + "\"");
    } else {
      commanded = true;
      if (word == "serve")
        options.command = Options::Command::serve;
      else if (word == "check-config")
        options.command = Options::Command::check_config;
      else if (word == "version")
        options.command = Options::Command::version;
      else
        return core::failure(core::ErrorCode::invalid, "unknown command \"" + std::string(word) + "\"");
    }
  }
  return options;
}

}  // namespace push
