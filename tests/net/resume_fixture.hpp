// A connection table whose pages the test answers, and a fan-out.
#pragma once
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "net/connection_table.hpp"
#include "net/fanout.hpp"
#include "net/resume.hpp"

namespace push::net {

using core::EventId;
using core::MessageId;
using core::UserId;

inline constexpr UserId kAlice{1};

// The store, and the pages that were asked for and not answered yet.
struct StoredPages final : Replays {
  std::map<std::uint64_t, std::string> messages;
  std::map<std::uint64_t, std::string> events;
  stream::Cursor passed_on{{}, {}};  // relayed()
  bool warm = false;                 // whether it knows the newest message
  struct Question {
    std::uint64_t connection;
    stream::Cursor after;
  };
  std::vector<Question> questions;

  template <class Id>
  static Id newest(const std::map<std::uint64_t, std::string>& rows) {
    return Id{rows.empty() ? 0 : rows.rbegin()->first};
  }
  stream::Cursor newest() const { return {newest<MessageId>(messages), newest<EventId>(events)}; }
  bool is_current(UserId user, const stream::Cursor& after) override {
    EXPECT_EQ(user, kAlice);
    return warm && after.reaches(newest());
  }
  stream::Cursor relayed() const override { return passed_on; }
  void read(std::uint64_t connection, UserId user, const stream::Cursor& after) override {
    EXPECT_EQ(user, kAlice);
    questions.push_back({connection, after});
  }
  // At most `most` messages.
  stream::Page page(const stream::Cursor& after, std::size_t most) const {
    stream::Page page{.messages = {}, .upto = after, .last = true};
    for (const auto& [id, text] : events) {
      if (id > core::value(after.event))
        page.messages.push_back(stream::Message::event({after.message, EventId{id}}, kAlice, text));
    }
    std::size_t count = 0;
    for (const auto& [id, text] : messages) {
      if (id <= core::value(after.message)) continue;
      if (count++ == most) {
        page.upto.message = page.messages.back().id();
        page.last = false;
        return page;
      }
      page.messages.emplace_back(MessageId{id}, core::ApplicationId{1}, kAlice, text, newest().event);
    }
    page.upto.advance(newest());
    return page;
  }
};

struct ResumeTest : testing::Test {
  metrics::Registry registry;
  StreamMeters meters{registry};
  hub::Hub hub{16};
  Roster roster{hub, 0};
  config::Stream settings;
  StoredPages store;
  std::unique_ptr<ConnectionTable> table;
  std::unique_ptr<Fanout> fanout;
  std::vector<int> peers;

  ResumeTest() { build(); }
  ~ResumeTest() override {
    for (const int peer : peers) ::close(peer);
  }
  void build() {
    fanout.reset();
    table = std::make_unique<ConnectionTable>(roster, settings, meters, protocols(), store);
    fanout = std::make_unique<Fanout>(roster, *table, meters);
  }
  int connect(std::uint64_t since, int send_buffer = 0) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    if (send_buffer > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    EXPECT_TRUE(table->adopt(ends[0], {.transport = stream::Transport::ndjson,
                                       .user = kAlice,
                                       .client = core::ClientId{1},
                                       .greeting = "",
                                       .since = stream::Cursor{MessageId{since}}}));
    peers.push_back(ends[1]);
    return ends[1];
  }
  int poll(std::uint64_t since, unsigned seconds, int send_buffer = 0) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    if (send_buffer > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    auto poll = std::make_unique<Poll>();
    poll->deadline = static_cast<std::uint16_t>(seconds);
    poll->answer.headers = {{"X-Own", "yes"}};
    EXPECT_TRUE(table->adopt(ends[0], {.transport = stream::Transport::poll,
                                       .user = kAlice,
                                       .client = core::ClientId{1},
                                       .greeting = "",
                                       .since = stream::Cursor{MessageId{since}},
                                       .poll = std::move(poll)}));
    peers.push_back(ends[1]);
    return ends[1];
  }
  static bool ended(int peer) {
    char byte = 0;
    return ::recv(peer, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
  }
  // The body of an answer, after a check of its length.
  static std::string body_of(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    EXPECT_NE(end, std::string::npos) << answer;
    const std::string body = answer.substr(end + 4);
    EXPECT_NE(answer.find("\r\nContent-Length: " + std::to_string(body.size()) + "\r\n"), std::string::npos) << answer;
    return body;
  }
  static std::string read(int peer) {
    std::string out;
    std::string part(1 << 20, '\0');
    for (ssize_t got = 0; (got = ::recv(peer, part.data(), part.size(), MSG_DONTWAIT)) > 0;) {
      out.append(part, 0, static_cast<std::size_t>(got));
    }
    return out;
  }
  std::string read_everything(int peer) {
    std::string all;
    for (std::string part = read(peer); !part.empty() || !store.questions.empty(); part = read(peer)) {
      all += part;
      while (table->process()) {
      }
      answer();
    }
    return all;
  }
  // Committed, and in the loop's inbox.
  stream::Message commit(std::uint64_t id, const std::string& text) {
    store.messages[id] = text;
    return {MessageId{id}, core::ApplicationId{1}, kAlice, text, store.newest().event};
  }
  void relay(const stream::Message& message) {
    fanout->hand_out(message);
    store.passed_on.advance(message.at());
  }
  void publish(std::uint64_t id, const std::string& text) {
    relay(commit(id, text));
    fan_out();
  }
  void fan_out() {
    while (fanout->fan_out()) {
    }
  }
  void answer(std::size_t most = 1000) {
    for (const auto& question : std::exchange(store.questions, {})) {
      table->resume(question.connection, store.page(question.after, most));
    }
  }
  void pass_seconds(unsigned seconds) {
    for (unsigned i = 0; i < seconds * 10; ++i) table->sweep(10);
  }
  std::uint64_t closed(CloseReason reason) { return meters.closed[static_cast<std::size_t>(reason)]->value(); }
};

}  // namespace push::net
