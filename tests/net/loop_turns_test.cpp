// Whose request a loop reads next when more of them wait than it serves at a time.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <latch>
#include <string>
#include <vector>

#include "push/net/loop_pool.hpp"

#include "support/empty_archive.hpp"

namespace push::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// Of one loop. /flood and /quiet tell who asks; /block holds the loop up.
struct Turns : testing::Test, RequestHandler {
  config::Server settings;
  metrics::Registry registry;
  hub::Hub hub{256};
  test::EmptyArchive archive;
  std::unique_ptr<LoopPool> loops;
  asio::io_context context;
  tcp::endpoint server;
  std::latch blocked{1};
  std::latch released{1};
  std::vector<std::string> order;  // the loop's, until the last answer

  void SetUp() override {
    settings.threads = 1;
    loops = std::make_unique<LoopPool>(settings, hub, registry, archive);
    const auto listening = loops->listen("127.0.0.1", 0, *this, nullptr);
    ASSERT_TRUE(listening) << listening.error().text;
    server = {asio::ip::make_address("127.0.0.1"), *listening};
    loops->start();
  }

  void handle(Request request, Reply reply) override {
    order.emplace_back(request.target());
    Response response;
    response.line = core::Line{request.target() == "/quiet" ? 1U : 2U};
    if (request.target() == "/block") {
      blocked.count_down();
      released.wait();
    }
    reply.send(std::move(response));
  }
  Response reject(const Request&, unsigned status, std::string_view) override {
    Response response;
    response.status = status;
    return response;
  }

  tcp::socket connect() {
    tcp::socket socket(context);
    socket.connect(server);
    return socket;
  }
  static void ask(tcp::socket& socket, const std::string& target) {
    asio::write(socket, asio::buffer("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  }
  static void read_answer(tcp::socket& socket) {
    std::string answer;
    asio::read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n");
  }
};

TEST_F(Turns, AFloodOfConnectionsLeavesTheOthersTheirTurn) {
  std::vector<tcp::socket> flood;
  for (int i = 0; i < 200; ++i) flood.push_back(connect());
  tcp::socket quiet = connect();
  tcp::socket blocker = connect();
  for (tcp::socket& socket : flood) {
    ask(socket, "/flood");
    read_answer(socket);
  }
  ask(quiet, "/quiet");
  read_answer(quiet);

  ask(blocker, "/block");
  blocked.wait();
  for (tcp::socket& socket : flood) ask(socket, "/flood");
  ask(quiet, "/quiet");
  released.count_down();
  for (tcp::socket& socket : flood) read_answer(socket);
  read_answer(quiet);

  const auto since = std::find(order.begin(), order.end(), "/block");
  const auto before = std::find(since, order.end(), "/quiet") - since;
  EXPECT_EQ(order.end() - since, 202);
  EXPECT_LT(before, 100) << "of 200";
  EXPECT_EQ(registry.gauge("push_http_in_line", "").value(), 0);
}

}  // namespace
}  // namespace push::net
