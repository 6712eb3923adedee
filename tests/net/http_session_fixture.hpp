// A session and its surroundings: the test acts as its loop, handler, gate and (through `pipe`) peer.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_session.hpp"
#include "net/memory_wire.hpp"
#include "net/with_body.hpp"

namespace push::net {

// Answers with "<method> <target> <body>"; "/later" waits for answer_later(), "/undecided" does so before its body is
// read, "/refused" answers without the body, "/stranger" reads it as a stranger's, "/stream" asks for a stream.
struct HttpSessionTest : testing::Test, SessionOwner, ReplyReceiver, RequestHandler, StreamGate {
  static constexpr std::size_t kBudget = 8 << 20;
  static constexpr std::uint64_t kId = 9;
  static constexpr core::Line kSender{2};
  static constexpr core::Line kOthers{4};

  config::Http limits;
  metrics::Registry registry;
  HttpMeters meters{registry};
  RequestBudget budget{kBudget};
  RequestBudget strangers{kBudget / 4};
  SessionContext context{limits, meters, budget, strangers, *this, *this};
  std::size_t body_limit = 32 << 20;
  core::Line sender = kSender;  // of every request but "/stranger"
  Pipe pipe;
  std::shared_ptr<HttpSession> session;

  std::vector<std::string> peers;
  std::vector<std::string> rejected;  // "<peer> <target>"
  std::vector<Request> requests;      // the waiting ones
  std::vector<Reply> replies;
  bool origin_allowed = true;
  Protocols served = protocols();
  bool adopts = true;
  bool its_turn = true;
  std::vector<core::Line> lines;                               // in which it asked whether it is its turn
  stream::Transport transport = stream::Transport::websocket;  // requested by "/stream"
  std::vector<std::string> greetings;
  int opened_streams = 0;

  void SetUp() override { begin(this); }
  void TearDown() override {
    if (session != nullptr) held()->abort();
    replies.clear();
  }
  void begin(StreamGate* gate) {
    session = std::make_shared<HttpSession>(context, kId, std::make_unique<MemoryWire>(pipe), "192.0.2.1", *this, gate);
    held()->start();
  }

  // Keeps the session alive for one call, as the loop does.
  std::shared_ptr<HttpSession> held() { return session; }
  void tick(unsigned seconds) {
    for (; seconds > 0; --seconds) {
      ++context.seconds;
      if (const auto ticked = held()) ticked->check_deadline();
    }
  }
  void answer_later(std::string_view body) {
    Reply reply = std::move(replies.at(0));
    replies.clear();
    reply.send(text(body));
  }

  static Response text(std::string_view body) {
    Response response;
    response.content_type = "";
    response.body = core::Slice::copy(body);
    return response;
  }
  static std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"; }
  // With a header that ends here.
  static std::string post(const std::string& target, const std::string& fields) {
    return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n\r\n";
  }
  static std::string post(const std::string& target, std::size_t length) {
    return post(target, "Content-Length: " + std::to_string(length));
  }

  // What the peer has received since the last call, without the dates.
  std::string received() {
    std::string bytes = std::exchange(pipe.received, {});
    for (std::size_t at = bytes.find("Date: "); at != std::string::npos; at = bytes.find("Date: ", at)) {
      bytes.erase(at, bytes.find("\r\n", at) + 2 - at);
    }
    return bytes;
  }
  static std::string head_of(const std::string& status, std::size_t length, const std::string& fields = {}) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(length) + "\r\n" + fields + "\r\n";
  }
  static std::string ok(const std::string& body) { return head_of("200 OK", body.size()) + body; }
  static std::string refusal(const std::string& status, const std::string& reason) {
    return head_of(status, reason.size(), "Connection: close\r\n") + reason;
  }

  // SessionOwner
  const Protocol* protocol(stream::Transport wanted) const override { return served[static_cast<std::size_t>(wanted)]; }
  bool adopt(std::uint64_t id, int descriptor, const Admission&, std::string_view greeting) override {
    EXPECT_EQ(id, kId);
    EXPECT_EQ(descriptor, Pipe::kDescriptor);
    greetings.emplace_back(greeting);
    session.reset();
    return adopts;
  }
  bool may_read(std::uint64_t id, core::Line line) override {
    EXPECT_EQ(id, kId);
    lines.push_back(line);
    return its_turn;
  }
  void closed(std::uint64_t id) override {
    EXPECT_EQ(id, kId);
    EXPECT_NE(session, nullptr) << "closed twice";
    session.reset();
  }
  // ReplyReceiver
  void watch(std::uint64_t id, Departed departed) override {
    EXPECT_EQ(id, kId);
    if (const auto target = held()) target->watch(std::move(departed));
  }
  void answer(std::uint64_t id, Response response) override {
    EXPECT_EQ(id, kId);
    if (const auto target = held()) target->answer(std::move(response));
  }
  void stream(std::uint64_t, Request request, Admission admission) override {
    if (const auto target = held()) target->stream(request, admission);
  }
  void read_body(std::uint64_t id, BodyLimit limit, std::shared_ptr<BodyReceiver> receiver) override {
    EXPECT_EQ(id, kId);
    if (const auto target = held()) target->read_body(limit, std::move(receiver));
  }
  // RequestHandler
  void handle(Request request, Reply reply) override {
    peers.emplace_back(request.peer());
    if (request.target() == "/undecided") {
      requests.push_back(std::move(request));
      return replies.push_back(std::move(reply));
    }
    if (request.target() == "/refused") return reply.send(refuse(401, "who are you?"));
    const BodyLimit limit{body_limit, "the.key", request.target() == "/stranger" ? core::Line{} : sender};
    with_body(std::move(request), std::move(reply), limit, [this](Request complete, Reply again) {
      EXPECT_TRUE(complete.is_complete());
      handle_complete(std::move(complete), std::move(again));
    });
  }
  void handle_complete(Request request, Reply reply) {
    if (request.target() == "/stream") {
      Admission admission;
      admission.transport = transport;
      return reply.stream(std::move(request), std::move(admission));
    }
    if (request.target() == "/later") {
      requests.push_back(std::move(request));
      return replies.push_back(std::move(reply));
    }
    std::string body(request.method());
    body += ' ';
    body += request.target();
    body += ' ';
    body += request.body();
    reply.send(text(body));
  }
  Response reject(const Request& request, unsigned status, std::string_view reason) override {
    rejected.push_back(std::string(request.peer()) + ' ' + std::string(request.target()));
    return refuse(status, reason);
  }
  static Response refuse(unsigned status, std::string_view reason) {
    Response response = text(reason);
    response.status = status;
    return response;
  }
  // StreamGate
  bool allows_origin(const Request&) override { return origin_allowed; }
  Response refuse(const Request&, const Admission&, unsigned status, std::string_view reason) override {
    return refuse(status, reason);
  }
  void opened(const Request& request, const Admission&) override {
    EXPECT_EQ(request.target(), "/stream");
    ++opened_streams;
  }
  void still_open(const std::vector<core::ClientId>&) override {}
};

}  // namespace push::net
