// sharded-gotify migrate-config FILE
#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>

#include "main/command.hpp"
#include "main/settings.hpp"

namespace push {
namespace {

int migrate(const std::string& file) {
  if (file.empty()) {
    std::fprintf(stderr, "sharded-gotify: migrate-config needs the path of a config.yml\n");
    return kFailure;
  }
  const auto dotenv = config::migrate(file);
  if (dotenv) return print(*dotenv);
  const int code = refuse(dotenv.error());
  return dotenv.error().code == core::ErrorCode::not_found ? kFailure : code;
}

const Command kMigrateConfig("migrate-config", "print the settings of a config.yml as a dotenv file",
                             Command::Reads::nothing, [](CLI::App& line) -> Action {
                               const auto file = std::make_shared<std::string>();
                               line.add_option("FILE", *file, "the config.yml");
                               return [file](const GlobalOptions&) { return migrate(*file); };
                             });

}  // namespace
}  // namespace push
