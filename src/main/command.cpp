#include "main/command.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

namespace push {
namespace {

// Commands are constructed before main, in any order, so the first of them creates the list.
std::vector<const Command*>& list() {
  static std::vector<const Command*> commands;
  return commands;
}

}  // namespace

Command::Command(const char* name, const char* help, Reads reads, Action (*prepare)(CLI::App& line))
    : name_(name), help_(help), reads_(reads), run_(prepare) {
  list().push_back(this);
}

std::vector<const Command*> Command::all() {
  std::vector<const Command*> commands = list();
  std::sort(commands.begin(), commands.end(),
            [](const Command* a, const Command* b) { return std::string_view(a->name_) < b->name_; });
  return commands;
}

int cannot_start(const core::Error& error) {
  std::fprintf(stderr, "sharded-gotify: cannot start: %s\n", error.text.c_str());
  return kFailure;
}

int print(const std::string& text) {
  return std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0 ? kFailure : 0;
}

}  // namespace push
