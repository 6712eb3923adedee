// sharded-gotify version
#include "main/build.hpp"
#include "main/command.hpp"

namespace push {
namespace {

const Command kVersion("version", "print the version", Command::Reads::nothing, [](CLI::App&) -> Action {
  return [](const GlobalOptions&) { return print(build_information()); };
});

}  // namespace
}  // namespace push
