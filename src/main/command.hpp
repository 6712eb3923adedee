// The commands of the program: `sharded-gotify NAME ...`. Each is one file in commands/, which adds itself to the list.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace push {

// Exit codes; 0 is success.
inline constexpr int kFailure = 1;      // e.g. the server cannot start
inline constexpr int kUsageError = 2;   // the command line is wrong
inline constexpr int kConfigError = 3;  // the configuration is wrong

// The options that every command has.
struct GlobalOptions {
  std::string config;  // --config; empty: the default places
};

// What a command does once the command line is read. Returns the exit code.
using Action = std::function<int(const GlobalOptions&)>;

class Command {
 public:
  // `prepare` adds the command's own options to the command line and returns what runs after that has been read. Objects of
  // this class are constants at namespace scope: they must outlive main.
  Command(const char* name, const char* help, Action (*prepare)(CLI::App& line));
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  const char* name() const { return name_; }
  const char* help() const { return help_; }
  Action run(CLI::App& line) const { return run_(line); }

  // All commands, by name.
  static std::vector<const Command*> all();

 private:
  const char* name_;
  const char* help_;
  Action (*run_)(CLI::App& line);
};

// To stdout. The exit code.
int print(const std::string& text);

}  // namespace push
