// What the server does, counted from outside by another program: allocations, system calls, instructions.
#pragma once
#include <sys/types.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace push::bench {

// By kind: the name of the system call, or of the binary whose code ran.
using Counts = std::map<std::string, double>;

class Counter {
 public:
  virtual ~Counter() = default;

  // The words to put in front of the server's command.
  virtual std::vector<std::string> under() const = 0;
  // Counts from here on.
  virtual void start(pid_t server) = 0;
  // The counts since start(), read once the server is idle.
  virtual Counts read() = 0;
};

// Each keeps its files in `directory`, which must exist.
std::unique_ptr<Counter> count_allocations(const std::string& directory);
std::unique_ptr<Counter> count_heap_bytes(const std::string& directory);  // allocated and not freed
std::unique_ptr<Counter> count_system_calls(const std::string& directory);
std::unique_ptr<Counter> count_instructions(const std::string& directory);

}  // namespace push::bench
