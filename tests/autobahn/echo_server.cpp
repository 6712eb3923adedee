// A server for Autobahn's fuzzing client: the program's own listener, HTTP sessions, connection table and frame codec,
// with a protocol that echoes. Prints its port, and runs until its standard input ends.
#include <charconv>
#include <cstdio>
#include <iostream>
#include <string>

#include "autobahn/echo_protocol.hpp"
#include "push/hub/hub.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/loop_pool.hpp"
#include "support/empty_archive.hpp"

namespace push::autobahn {
namespace {

constexpr std::size_t kMessage = std::size_t{16} << 20;  // the longest of section 9
constexpr std::size_t kBuffer = kMessage + (std::size_t{1} << 20);

class Echo final : public net::RequestHandler, public net::StreamGate {
 public:
  void handle(net::Request request, net::Reply reply) override {
    net::Admission admission;
    admission.user = core::UserId{1};
    admission.client = core::ClientId{1};
    reply.stream(std::move(request), std::move(admission));
  }
  net::Response reject(const net::Request&, unsigned status, std::string_view) override { return answer(status); }
  bool allows_origin(const net::Request&) override { return true; }
  net::Response refuse(const net::Request&, const net::Admission&, unsigned status, std::string_view) override {
    return answer(status);
  }
  void opened(const net::Request&, const net::Admission&) override {}
  void still_open(const std::vector<core::ClientId>&) override {}

 private:
  static net::Response answer(unsigned status) {
    net::Response response;
    response.status = status;
    return response;
  }
};

int serve() {
  config::Server settings;
  settings.threads = 1;  // EchoProtocol is for one
  settings.stream.readbuffersize = kBuffer;
  settings.stream.writebuffersize = kBuffer;
  hub::Hub hub(settings.stream.shards);
  metrics::Registry metrics;
  Echo echo;
  const EchoProtocol protocol(kMessage);
  test::EmptyArchive archive;
  net::LoopPool loops(settings, hub, metrics, archive, {&protocol});
  const auto port = loops.listen("127.0.0.1", 0, echo, &echo);
  if (!port) {
    std::cerr << port.error().text << "\n";
    return 1;
  }
  loops.start();
  std::cout << *port << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
  }
  loops.stop_accepting();
  loops.stop();
  return 0;
}

}  // namespace
}  // namespace push::autobahn

int main() {
  return push::autobahn::serve();
}
