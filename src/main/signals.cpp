#include "main/signals.hpp"

#include <csignal>

namespace push {
namespace {

sigset_t awaited() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
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

void unblock_signals() {
  const sigset_t set = awaited();
  ::pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace push
