// The commands of the program: `sharded-gotify NAME ...`. Each is one file in commands/, which adds itself to the list.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "push/core/result.hpp"

namespace CLI {
class App;
}

namespace push {

// Exit codes; 0 is success.
inline constexpr int kFailure = 1;      // e.g. the server cannot start
inline constexpr int kUsageError = 2;   // the command line is wrong
inline constexpr int kConfigError = 3;  // the configuration is wrong

// Options common to all commands.
struct GlobalOptions {
  std::string config;  // --config; empty: the default places
};

// What a command does after the command line has been parsed. Returns the exit code.
using Action = std::function<int(const GlobalOptions&)>;

class Command {
 public:
  enum class Reads { nothing, settings };  // whether --config is one of its options

  // `prepare` adds the command's own options to the command line and returns the action to run after parsing. Objects
  // of this class are constants at namespace scope: they must outlive main.
  Command(const char* name, const char* help, Reads reads, Action (*prepare)(CLI::App& line));
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  const char* name() const { return name_; }
  const char* help() const { return help_; }
  bool reads_settings() const { return reads_ == Reads::settings; }
  Action run(CLI::App& line) const { return run_(line); }

  // All commands, by name.
  static std::vector<const Command*> all();

 private:
  const char* name_;
  const char* help_;
  Reads reads_;
  Action (*run_)(CLI::App& line);
};

// Prints to stdout. Returns the exit code.
int print(const std::string& text);
// Prints to stderr why the server cannot start. Returns the exit code.
int cannot_start(const core::Error& error);

}  // namespace push
