// How far an import has come, for people: a bar on a terminal, lines elsewhere. On stderr.
#pragma once
#include <cstdint>
#include <string>

#include "push/core/clock.hpp"
#include "push/store/import.hpp"

namespace push {

class ImportProgressLine {
 public:
  explicit ImportProgressLine(bool terminal) : terminal_(terminal) {}
  void show(const store::ImportProgress& progress);
  // Removes the bar.
  void end();

 private:
  void print(const store::ImportProgress& progress, double rate) const;

  const bool terminal_;
  std::string step_;
  core::SteadyTime begun_{};
  core::SteadyTime shown_{};
};

}  // namespace push
