#include "main/signals.hpp"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <initializer_list>

#include "push/core/clock.hpp"

namespace push {
namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  return set;
}

sigset_t awaited() {
  return set_of({SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM});
}

// `timeout` signals its child and then the child's group: one request, two signals.
constexpr std::chrono::milliseconds kOneRequest{500};
core::SteadyTime first_signal;

void end_at_once(int signal) {
  if (core::steady_now() - first_signal >= kOneRequest) ::_exit(kSignalled + signal);
}

}  // namespace

void block_signals() {
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR}) std::signal(signal, SIG_IGN);
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) std::signal(signal, SIG_IGN);
  const sigset_t set = awaited();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

int wait_for_signal() {
  const sigset_t set = awaited();
  int signal = 0;
  while (::sigwait(&set, &signal) != 0) {
  }
  return signal;
}

bool ends_within(std::chrono::seconds time) {
  using std::chrono::nanoseconds;
  const sigset_t set = awaited();
  const core::SteadyTime begin = core::steady_now();
  for (core::SteadyTime now = begin; now < begin + time; now = core::steady_now()) {
    const auto left = std::chrono::duration_cast<nanoseconds>(begin + time - now);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
    const timespec timeout{seconds.count(), (left - seconds).count()};
    const int signal = ::sigtimedwait(&set, nullptr, &timeout);
    const bool asks = signal == SIGINT || signal == SIGTERM;
    if (asks && core::steady_now() - begin >= kOneRequest) return true;
  }
  return false;
}

void end_at_once_on_next_signal() {
  first_signal = core::steady_now();
  for (const int signal : {SIGINT, SIGTERM}) std::signal(signal, end_at_once);
  const sigset_t set = set_of({SIGINT, SIGTERM});
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace push
