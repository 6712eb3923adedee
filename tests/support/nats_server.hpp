// A NATS server of the test's own, from Debian's nats-server: on a port of its own on loopback. One thread at a time;
// every failure throws.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>

#include "support/process.hpp"

namespace push::test {

class NatsServer {
 public:
  // Starts it. `settings`: more lines of its configuration, such as "max_payload: 4096".
  explicit NatsServer(const std::string& settings = {});
  // A port that nobody listens on, until start().
  static NatsServer stopped();

  void configure(const std::string& settings);  // from the next start() on
  void start();                                 // on the same port; returns when it takes connections
  void kill();                                  // SIGKILL; waits for its end
  void signal(int number);                      // SIGSTOP, SIGCONT
  bool running() { return process_.running(); }
  pid_t id() const { return process_.id(); }

  std::string url() const { return "nats://" + place(); }
  std::string place() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string log() const;

 private:
  NatsServer(const std::string& settings, bool started);
  bool launch();

  const support::TemporaryDirectory folder_;
  std::uint16_t port_ = 0;
  support::Process process_;
};

}  // namespace push::test
