#include "main/import_progress.hpp"

#include <chrono>
#include <cstdio>

namespace push {
namespace {

constexpr std::chrono::milliseconds kBarPeriod{100};
constexpr std::chrono::seconds kLinePeriod{5};
constexpr std::uint64_t kBarWidth = 30;

}  // namespace

void ImportProgressLine::show(const store::ImportProgress& progress) {
  const auto now = core::steady_now();
  if (progress.step != step_) {
    step_ = progress.step;
    begun_ = now;
    shown_ = {};
  }
  const bool last = progress.done == progress.total;
  const auto period = terminal_ ? std::chrono::steady_clock::duration(kBarPeriod) : kLinePeriod;
  if (progress.total == 0 || (!last && now - shown_ < period)) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  print(progress, seconds > 0 ? static_cast<double>(progress.done) / seconds : 0);
}

void ImportProgressLine::print(const store::ImportProgress& progress, double rate) const {
  const auto done = static_cast<unsigned long long>(progress.done);
  const auto total = static_cast<unsigned long long>(progress.total);
  if (!terminal_) {
    std::fprintf(stderr, "%s: %llu of %llu, %.0f/s\n", step_.c_str(), done, total, rate);
    return;
  }
  const std::uint64_t filled = progress.done * kBarWidth / progress.total;
  const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '.');
  std::fprintf(stderr, "\r\x1b[K%s [%s] %llu of %llu, %.0f/s", step_.c_str(), bar.c_str(), done, total, rate);
  std::fflush(stderr);
}

void ImportProgressLine::end() {
  if (terminal_) std::fputs("\r\x1b[K", stderr);
}

}  // namespace push
