// The loops on real sockets, with a handler that echoes.
#include "push/net/loop_pool.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

#include "net/with_body.hpp"
#include "support/empty_archive.hpp"

namespace push::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// "METHOD target body"; /stream becomes a WebSocket of user 7; /later is answered from another thread; /drop never is.
struct EchoHandler final : RequestHandler, StreamGate {
  bool origin_allowed = true;
  stream::Transport transport = stream::Transport::websocket;
  std::size_t body_limit = 32 << 20;
  std::string opened_with() {  // the context
    const std::scoped_lock lock(mutex_);
    return opened_with_;
  }

  void handle(Request request, Reply reply) override {
    with_body(std::move(request), std::move(reply), {body_limit, {}},
              [this](Request complete, Reply again) { handle_complete(std::move(complete), std::move(again)); });
  }
  void handle_complete(Request request, Reply reply) {
    if (request.target() == "/stream") {
      Admission admission;
      admission.user = core::UserId{7};
      admission.client = core::ClientId{1};
      admission.transport = transport;
      admission.context = std::make_shared<const std::string>("a context");
      return reply.stream(std::move(request), std::move(admission));
    }
    if (request.target() == "/drop") return;
    Response response;
    response.headers.emplace_back("X-Peer", request.peer());
    response.body = core::Slice::copy(std::string(request.method()) + " " + std::string(request.target()) + " " +
                                      std::string(request.body()));
    if (request.target() != "/later") return reply.send(std::move(response));
    std::thread([reply = std::move(reply), response = std::move(response)]() mutable {
      reply.send(std::move(response));
    }).detach();
  }
  Response reject(const Request&, unsigned status, std::string_view reason) override {
    Response response;
    response.status = status;
    response.body = core::Slice::copy(reason);
    return response;
  }
  bool allows_origin(const Request&) override { return origin_allowed; }
  Response refuse(const Request& request, const Admission&, unsigned status, std::string_view reason) override {
    return reject(request, status, reason);
  }
  void opened(const Request&, const Admission& admission) override {
    const std::scoped_lock lock(mutex_);
    opened_with_ = *static_cast<const std::string*>(admission.context.get());
  }
  void still_open(const std::vector<core::ClientId>&) override {}

 private:
  std::mutex mutex_;  // several loops open streams
  std::string opened_with_;
};

std::string read_head(tcp::socket& socket, std::string& buffer) {
  const std::size_t size = asio::read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n");
  std::string head = buffer.substr(0, size);
  buffer.erase(0, size);
  return head;
}

struct LoopPoolTest : testing::Test {
  config::Server settings;
  metrics::Registry registry;
  hub::Hub hub{256};
  test::EmptyArchive archive;
  EchoHandler handler;
  std::unique_ptr<LoopPool> loops;
  std::uint16_t port = 0;
  asio::io_context context;

  void start() {
    settings.threads = 2;
    loops = std::make_unique<LoopPool>(settings, hub, registry, archive);
    const auto listening = loops->listen("127.0.0.1", 0, handler, &handler);
    ASSERT_TRUE(listening) << listening.error().text;
    port = *listening;
    loops->start();
  }
  tcp::socket connect() {
    tcp::socket socket(context);
    socket.connect({asio::ip::make_address("127.0.0.1"), port});
    return socket;
  }
  // One exchange whose answer has a Content-Length.
  std::string exchange(tcp::socket& socket, const std::string& request) {
    asio::write(socket, asio::buffer(request));
    return answer(socket, unread_);
  }
  static std::string answer(tcp::socket& socket, std::string& buffer) {
    const std::string head = read_head(socket, buffer);
    const std::size_t at = head.find("Content-Length: ");
    const std::size_t size = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
    if (buffer.size() < size) {
      asio::read(socket, asio::dynamic_buffer(buffer), asio::transfer_exactly(size - buffer.size()));
    }
    std::string body = buffer.substr(0, size);
    buffer.erase(0, size);
    return head + body;
  }
  static bool at_end(tcp::socket& socket) {
    char byte = 0;
    boost::system::error_code error;
    socket.read_some(asio::buffer(&byte, 1), error);
    return error == asio::error::eof || error == asio::error::connection_reset;
  }
  // The WebSocket frame of a message for user 7.
  std::string deliver(std::string_view json) {
    const stream::Message message(core::MessageId{1}, core::ApplicationId{1}, core::UserId{7}, json);
    loops->deliver(hub.loops_of(message.user()), message);
    return std::string(message.encoded(stream::Encoding::websocket));
  }
  tcp::socket open_stream(std::string* head = nullptr) {
    tcp::socket socket = connect();
    asio::write(socket,
                asio::buffer(std::string(
                    "GET /stream HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")));
    std::string buffer;
    const std::string got = read_head(socket, buffer);
    if (head != nullptr) *head = got;
    return socket;
  }

  std::string unread_;
};

TEST_F(LoopPoolTest, AnswersSeveralRequestsOnOneConnection) {
  start();
  tcp::socket socket = connect();
  for (int i = 0; i < 3; ++i) {
    const std::string got = exchange(socket, "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\n")) << got;
    EXPECT_TRUE(got.ends_with("\r\n\r\nPOST /a body")) << got;
    EXPECT_NE(got.find("X-Peer: 127.0.0.1\r\n"), std::string::npos);
    EXPECT_NE(got.find("\r\nDate: "), std::string::npos);
  }
}

TEST_F(LoopPoolTest, PipelinedRequestsAreAnsweredInOrder) {
  start();
  tcp::socket socket = connect();
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    requests += "GET /" + std::string(i % 3 == 0 ? "later" : std::to_string(i)) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  asio::write(socket, asio::buffer(requests));
  for (int i = 0; i < 50; ++i) {
    const std::string expected = "GET /" + std::string(i % 3 == 0 ? "later" : std::to_string(i)) + " ";
    EXPECT_TRUE(answer(socket, unread_).ends_with(expected)) << i;
  }
}

TEST_F(LoopPoolTest, ChunkedBodiesAndSplitBytesAreOneRequest) {
  start();
  tcp::socket socket = connect();
  const std::string request =
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
  for (const char byte : request) asio::write(socket, asio::buffer(&byte, 1));
  EXPECT_TRUE(answer(socket, unread_).ends_with("POST /c abcdefg"));
}

TEST_F(LoopPoolTest, ExpectContinueIsAnsweredBeforeTheBody) {
  start();
  tcp::socket socket = connect();
  asio::write(
      socket,
      asio::buffer(std::string("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")));
  EXPECT_EQ(read_head(socket, unread_), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_TRUE(exchange(socket, "hi").ends_with("POST /e hi"));
}

TEST_F(LoopPoolTest, HeadHasTheLengthAndNoBody) {
  start();
  tcp::socket socket = connect();
  asio::write(socket, asio::buffer(std::string("HEAD /h HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
  EXPECT_NE(read_head(socket, unread_).find("Content-Length: 8\r\n"), std::string::npos);
  EXPECT_EQ(unread_, "");
  EXPECT_TRUE(at_end(socket));
}

TEST_F(LoopPoolTest, Http10EndsUnlessKeepAliveIsAsked) {
  start();
  tcp::socket once = connect();
  EXPECT_NE(exchange(once, "GET /a HTTP/1.0\r\n\r\n").find("Connection: close\r\n"), std::string::npos);
  EXPECT_TRUE(at_end(once));
  tcp::socket twice = connect();
  EXPECT_NE(exchange(twice, "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").find("Connection: keep-alive\r\n"),
            std::string::npos);
  EXPECT_TRUE(exchange(twice, "GET /b HTTP/1.0\r\n\r\n").ends_with("GET /b "));
}

TEST_F(LoopPoolTest, AnUnansweredRequestIsAnEmpty500) {
  start();
  tcp::socket socket = connect();
  const std::string got = exchange(socket, "GET /drop HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 500 ")) << got;
  EXPECT_NE(got.find("Content-Length: 0\r\n"), std::string::npos);
}

TEST_F(LoopPoolTest, LimitsAreRefusedWithTheirStatusAndAnEnd) {
  settings.http.headerlimit = 1024;
  start();
  const auto refused = [&](const std::string& request) {
    tcp::socket socket = connect();
    unread_.clear();
    const std::string got = exchange(socket, request);
    EXPECT_TRUE(at_end(socket)) << got;
    return got.substr(0, 12);
  };
  const std::string start_line = "POST / HTTP/1.1\r\nHost: x\r\n";
  EXPECT_EQ(refused(start_line + "X: " + std::string(2000, 'x') + "\r\n\r\n"), "HTTP/1.1 431");
  EXPECT_EQ(refused("nonsense\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(refused(start_line + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(refused(start_line + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"), "HTTP/1.1 400");
}

TEST_F(LoopPoolTest, TheAnswerToATooLargeBodyIsNotLostToTheBytesBehindIt) {
  handler.body_limit = 1024;
  start();
  tcp::socket socket = connect();
  const std::string body(30 << 20, 'x');
  const std::string got = exchange(
      socket, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  EXPECT_TRUE(got.starts_with("HTTP/1.1 413")) << got;
  EXPECT_TRUE(at_end(socket));
}

TEST_F(LoopPoolTest, AHeaderThatNeverEndsTimesOutWith408) {
  settings.http.headertimeoutseconds = 1;
  start();
  tcp::socket socket = connect();
  EXPECT_TRUE(exchange(socket, "GET / HTTP/1.1\r\nX: ").starts_with("HTTP/1.1 408 "));
  EXPECT_TRUE(at_end(socket));
}

TEST_F(LoopPoolTest, TheUpgradeIsAnsweredAndFramesArrive) {
  start();
  std::string head;
  tcp::socket socket = open_stream(&head);
  EXPECT_EQ(head,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  EXPECT_EQ(hub.online_users(), 1U) << "online before the 101 is sent";
  const std::string frame = deliver("{}");
  std::string got(frame.size(), '\0');
  asio::read(socket, asio::buffer(got));
  EXPECT_EQ(got, frame);
  loops->disconnect(hub.loops_of(core::UserId{7}), hub::Selection{core::UserId{7}, core::ClientId{1}});
  EXPECT_TRUE(at_end(socket));
  loops->stop();
  EXPECT_EQ(handler.opened_with(), "a context");
}

TEST_F(LoopPoolTest, ABadHandshakeIsRefusedAndTheConnectionGoesOn) {
  start();
  tcp::socket socket = connect();
  const std::string got = exchange(socket, "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ")) << got;
  EXPECT_NE(got.find("'upgrade' token not found in 'Connection' header"), std::string::npos);
  EXPECT_TRUE(exchange(socket, "GET /on HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("GET /on "));
  handler.origin_allowed = false;
  std::string head;
  open_stream(&head);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 403 ")) << head;
}

TEST_F(LoopPoolTest, DataBehindTheUpgradeRequestIsRefused) {
  start();
  tcp::socket socket = connect();
  const std::string got = exchange(
      socket,
      "GET /stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(got.starts_with("HTTP/1.1 400 ")) << got;
  EXPECT_TRUE(at_end(socket));
}

TEST_F(LoopPoolTest, StopClosesStreamsWithoutACloseFrame) {
  start();
  tcp::socket socket = open_stream();
  loops->stop_accepting();
  const std::string last = deliver("{}");
  loops->stop();
  std::string got(last.size(), '\0');
  asio::read(socket, asio::buffer(got));
  EXPECT_EQ(got, last);
  EXPECT_TRUE(at_end(socket));
}

TEST_F(LoopPoolTest, APortInUseIsRefusedAlthoughThePortIsShared) {
  start();
  metrics::Registry others;
  LoopPool second(settings, hub, others, archive);
  const auto listening = second.listen("127.0.0.1", port, handler, &handler);
  ASSERT_FALSE(listening);
  EXPECT_EQ(listening.error().text,
            "cannot listen on 127.0.0.1:" + std::to_string(port) + ": bind: Address already in use");
}

TEST_F(LoopPoolTest, MoreCanWaitToBeAcceptedThanOneSocketHolds) {
  std::size_t at_one_socket = 0;
  std::ifstream("/proc/sys/net/core/somaxconn") >> at_one_socket;
  if (at_one_socket == 0 || at_one_socket > 5000)
    GTEST_SKIP() << "net.core.somaxconn is " << at_one_socket << ": more connections than a test should open";
  rlimit descriptors{};
  ::getrlimit(RLIMIT_NOFILE, &descriptors);
  if (descriptors.rlim_max < 2 * (at_one_socket + 1000))
    GTEST_SKIP() << "needs " << 2 * (at_one_socket + 1000) << " descriptors, the limit is " << descriptors.rlim_max;
  settings.threads = 1;
  loops = std::make_unique<LoopPool>(settings, hub, registry, archive);
  const auto listening = loops->listen("127.0.0.1", 0, handler, &handler);
  ASSERT_TRUE(listening) << listening.error().text;
  port = *listening;
  std::vector<tcp::socket> waiting;  // not accepted, because the loop has not started
  for (std::size_t i = 0; i < at_one_socket + 500; ++i) waiting.push_back(connect());
  loops->start();
  EXPECT_TRUE(exchange(waiting.back(), "GET /x HTTP/1.1\r\nHost: x\r\n\r\n").ends_with("GET /x "));
}

TEST_F(LoopPoolTest, AUnixSocketServesAllLoopsAndGoesWithTheServer) {
  const std::string path = testing::TempDir() + "loop_pool_" + std::to_string(::getpid()) + ".sock";
  settings.threads = 2;
  loops = std::make_unique<LoopPool>(settings, hub, registry, archive);
  ASSERT_TRUE(loops->listen("unix:" + path, 0, handler, &handler));
  loops->start();
  for (int i = 0; i < 4; ++i) {
    asio::local::stream_protocol::socket socket(context);
    socket.connect(path);
    asio::write(socket, asio::buffer(std::string("GET /u HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")));
    std::string got;
    boost::system::error_code end;
    asio::read(socket, asio::dynamic_buffer(got), end);
    EXPECT_TRUE(got.ends_with("GET /u ")) << got;
  }
  loops.reset();
  EXPECT_NE(::access(path.c_str(), F_OK), 0);
}

TEST_F(LoopPoolTest, AtTheSocketLimitAcceptingWaitsAndGoesOn) {
  settings.maxconnections = 4;
  start();
  std::vector<tcp::socket> streams;
  for (int i = 0; i < 4; ++i) streams.push_back(open_stream());
  tcp::socket waiting = connect();  // accepted by the kernel, not by us
  asio::write(waiting, asio::buffer(std::string("GET /w HTTP/1.1\r\nHost: x\r\n\r\n")));
  EXPECT_EQ(registry.counter("push_stream_accepted_total", "").value(), 4U);
  streams.pop_back();
  EXPECT_TRUE(answer(waiting, unread_).ends_with("GET /w "));
}

}  // namespace
}  // namespace push::net
