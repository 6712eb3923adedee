// Right-aligned columns on stdout.
#pragma once
#include <string>
#include <vector>

namespace push::bench {

class Table {
 public:
  explicit Table(std::vector<std::string> columns);
  void row(std::vector<std::string> cells);
  void print() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string decimal(double value, int places);

// Prints a progress line on stderr.
void progress(const std::string& text);

}  // namespace push::bench
