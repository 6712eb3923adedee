#include "support/nats_server.hpp"

#include <filesystem>
#include <fstream>

#include "support/socket.hpp"
#include "support/wait.hpp"

namespace push::test {
namespace {

using support::Failure;

constexpr const char* kProgram = "/usr/sbin/nats-server";
constexpr int kAttempts = 10;

// It greets who connects.
bool greets(std::uint16_t port) {
  try {
    auto socket = support::Socket::connect({"127.0.0.1", port});
    std::string greeting;
    return socket.receive(greeting) && greeting.starts_with("INFO");
  } catch (const support::ConnectionLost&) {
    return false;
  }
}

}  // namespace

NatsServer::NatsServer(const std::string& settings) : NatsServer(settings, true) {}

NatsServer NatsServer::stopped() {
  return NatsServer({}, false);
}

NatsServer::NatsServer(const std::string& settings, bool started) : port_(support::free_port()) {
  if (!std::filesystem::exists(kProgram)) {
    throw Failure(std::string("there is no ") + kProgram + ": scripts/install-deps cluster");
  }
  configure(settings);
  if (!started) return;
  // Somebody else may take a port that was free a moment ago.
  for (int i = 0; i < kAttempts; ++i) {
    if (launch()) return;
    port_ = support::free_port();
  }
  throw Failure("nats-server does not start: " + log());
}

void NatsServer::configure(const std::string& settings) {
  std::ofstream(folder_.file("settings")) << settings << "\n";
}

void NatsServer::start() {
  if (!launch()) throw Failure("nats-server does not start: " + log());
}

bool NatsServer::launch() {
  process_ =
      support::Process({{kProgram, "-c", folder_.file("settings"), "-a", "127.0.0.1", "-p", std::to_string(port_)},
                        {},
                        folder_.path(),
                        folder_.file("log"),
                        folder_.file("log"),
                        0});
  if (!support::eventually([this] { return !process_.running() || greets(port_); })) return false;
  return process_.running();
}

void NatsServer::kill() {
  process_.kill_hard();
}

void NatsServer::signal(int number) {
  process_.signal(number);
}

std::string NatsServer::log() const {
  return support::read_text(folder_.file("log"));
}

}  // namespace push::test
