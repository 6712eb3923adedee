// Two servers on one database: what is done on one is seen on the other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/gotify.hpp"
#include "support/ledger.hpp"
#include "support/nats_server.hpp"
#include "support/postgres_server.hpp"
#include "support/resuming_client.hpp"
#include "support/senders.hpp"
#include "support/server_process.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::IsEmpty;

class Cluster : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!on_postgres()) GTEST_SKIP() << "of PostgreSQL only";
    if (GetParam() == std::string("nats")) nats_.emplace();
    database_ = test::postgres().new_database();
    a_ = node("a");
    b_ = node("b");
    a_->start();
    b_->start();
    HttpClient owner = a_->http(admin().basic());
    application_ = create_application(owner, "app");
    client_ = create_client(owner, "client");
  }
  void TearDown() override {
    for (auto* one : {&a_, &b_}) {
      if (*one && (*one)->running()) {
        EXPECT_EQ((*one)->stop(), 0);
      }
      one->reset();
    }
    if (!database_.empty()) test::postgres().drop_database(database_);
  }
  std::unique_ptr<ServerProcess> node(const std::string& name, Settings settings = {}) {
    settings.insert({{"GOTIFY_DATABASE_DIALECT", "postgres"},
                     {"GOTIFY_DATABASE_CONNECTION", database_},
                     {"GOTIFY_CLUSTER_BUS", GetParam()},
                     {"GOTIFY_CLUSTER_NODE", name},
                     {"GOTIFY_SERVER_STREAM_CHANNELBUFFERSIZE", "65536"}});
    if (nats_) settings.insert({"GOTIFY_CLUSTER_NATS_URL", nats_->url()});
    return std::make_unique<ServerProcess>(std::move(settings));
  }
  std::uint64_t post(const ServerProcess& to, const std::string& text) {
    HttpClient http = to.http(application_.key());
    return id_of(post_message(http, text));
  }
  StreamClient events_on(const ServerProcess& server) const {
    return StreamClient::open(server.address(), client_.key(), {.target = "/stream?events=1"});
  }
  static json next(StreamClient& stream) { return json::parse(stream.next_message()); }
  static void act(const ServerProcess& on, const Lines& who, const std::string& method, const std::string& path,
                  const std::string& body = {}) {
    HttpClient http = on.http(who);
    const Answer answer = http.request(method, path, {"Content-Type: application/json"}, body);
    EXPECT_EQ(answer.status, 200) << method << ' ' << path << ": " << answer.body;
  }
  static void expect_end(StreamClient& stream) {
    StreamEvent event = stream.next();
    while (event.kind == StreamEvent::Kind::ping || event.kind == StreamEvent::Kind::message) event = stream.next();
    EXPECT_EQ(event.kind, StreamEvent::Kind::end);
  }
  static int status(const ServerProcess& server, const Lines& who) {
    HttpClient http = server.http(who);
    return http.get("/current/user").status;
  }

  std::optional<test::NatsServer> nats_;
  std::string database_;
  std::unique_ptr<ServerProcess> a_;
  std::unique_ptr<ServerProcess> b_;
  Created application_;
  Created client_;
};

TEST_P(Cluster, MessagesOfBothArriveOnBothInOneOrder) {
  constexpr std::size_t kEach = 200;
  StreamClient on_a = a_->stream(client_.key());
  StreamClient on_b = b_->stream(client_.key());
  Ledger ledger;
  {
    Senders to_a({a_->address(), {application_}, 4, kEach, "to a"}, ledger);
    Senders to_b({b_->address(), {application_}, 4, kEach, "to b"}, ledger);
    to_a.join();
    to_b.join();
    EXPECT_THAT(to_a.refusals(), IsEmpty());
    EXPECT_THAT(to_b.refusals(), IsEmpty());
  }
  for (StreamClient* stream : {&on_a, &on_b}) {
    Ids received;
    for (std::size_t i = 0; i < 2 * 4 * kEach; ++i) received.push_back(id_of(stream->next_message()));
    const ListenerAudit audit = audit_listener(ledger.acknowledged(), received);
    EXPECT_THAT(audit.missing, IsEmpty());
    EXPECT_THAT(audit.repeated, IsEmpty());
    EXPECT_THAT(audit.out_of_order, IsEmpty());
    EXPECT_THAT(audit.unknown, IsEmpty());
  }
  const char* const way = nats_ ? "push_cluster_messages_received_total" : "push_cluster_messages_read_total";
  for (const auto* server : {a_.get(), b_.get()}) EXPECT_GE(server->metric(way), 4 * kEach) << way;
}

TEST_P(Cluster, AStreamGoesOnAtTheOtherNode) {
  Ids expected;
  ResumingClient stream(client_.key(), StreamKind::sse);
  stream.open(a_->address(), 0);
  for (int round = 0; round < 6; ++round) {
    expected.push_back(post(*a_, "to a"));
    expected.push_back(post(*b_, "to b"));
    EXPECT_TRUE(stream.read_for(milliseconds(100)));
    stream.cut();
    expected.push_back(post(*a_, "while it was away"));
    stream.open(round % 2 == 0 ? b_->address() : a_->address(), 0);
    EXPECT_EQ(stream.header("Gotify-Stream-Complete"), "true");
  }
  EXPECT_TRUE(eventually([&] { return stream.read_for(milliseconds(20)) && stream.ids().size() >= expected.size(); }));
  EXPECT_EQ(stream.ids(), expected);
}

TEST_P(Cluster, DeletionsReadsAndChangesReachTheOtherNode) {
  StreamClient stream = events_on(*b_);
  EXPECT_EQ(next(stream).at("event"), "open");
  const std::uint64_t first = post(*a_, "1");
  const std::uint64_t second = post(*a_, "2");
  act(*a_, client_.key(), "DELETE", "/message/" + std::to_string(first));
  act(*a_, client_.key(), "POST", "/message/read", R"({"upTo":)" + std::to_string(second) + "}");
  json frame = next(stream);
  while (frame.contains("change")) frame = next(stream);  // it may hear only now of what SetUp has created
  EXPECT_EQ(frame.at("message").at("id"), first);
  EXPECT_EQ(next(stream).at("message").at("id"), second);
  const json deleted = next(stream);
  EXPECT_EQ(deleted.at("event"), "delete");
  EXPECT_EQ(deleted.at("ids"), json({first}));
  const json read = next(stream);
  EXPECT_EQ(read.at("event"), "read");
  EXPECT_GT(read.at("event_id"), deleted.at("event_id"));
  HttpClient owner = a_->http(admin().basic());
  const Created other = create_application(owner, "other");
  EXPECT_EQ(next(stream), json({{"event", "application"}, {"id", other.id}, {"change", "added"}}));
  EXPECT_NO_THROW({
    HttpClient http = b_->http(other.key());
    post_message(http, "its token is known at once");
  });
}

TEST_P(Cluster, ADeletedClientLosesItsStreamAndItsTokenEverywhere) {
  StreamClient stream = b_->stream(client_.key());
  ASSERT_EQ(status(*b_, client_.key()), 200) << "remembered";
  act(*a_, admin().basic(), "DELETE", "/client/" + std::to_string(client_.id));
  expect_end(stream);
  EXPECT_EQ(status(*b_, client_.key()), 401);
}

TEST_P(Cluster, ANewPasswordEndsTheStreamsOfTheOldOneEverywhere) {
  StreamClient stream = b_->stream(admin().basic());
  StreamClient bystander = b_->stream(client_.key());
  act(*a_, admin().basic(), "POST", "/current/user/password", R"({"pass":"another"})");
  expect_end(stream);
  EXPECT_EQ(status(*b_, admin().basic()), 401);
  EXPECT_EQ(status(*b_, {basic_header(admin().name, "another")}), 200);
  const std::uint64_t id = post(*a_, "still here");
  EXPECT_EQ(id_of(bystander.next_message()), id);
}

TEST_P(Cluster, WhatANodeHasAnsweredArrivesEvenIfItIsKilled) {
  ResumingClient stream(client_.key(), StreamKind::websocket);
  stream.open(b_->address(), 0);
  Ledger ledger;
  Senders to_a({a_->address(), {application_}, 4, Senders::kEndless, "to a"}, ledger);
  Senders to_b({b_->address(), {application_}, 4, Senders::kEndless, "to b", milliseconds(1)}, ledger);
  ASSERT_TRUE(eventually([&] { return stream.read_for(milliseconds(50)) && ledger.size() > 1000; }));
  a_->kill9();
  to_a.join();
  const std::size_t by_then = ledger.size();
  ASSERT_TRUE(eventually([&] { return stream.read_for(milliseconds(50)) && ledger.size() > by_then + 200; }));
  to_b.stop();
  to_b.join();
  EXPECT_THAT(to_b.refusals(), IsEmpty());
  const Texts acknowledged = ledger.acknowledged();
  EXPECT_TRUE(eventually(
      [&] { return stream.read_for(milliseconds(50)) && stream.ids().back() >= acknowledged.rbegin()->first; }));
  const ListenerAudit audit = audit_listener(acknowledged, stream.ids());
  EXPECT_THAT(audit.missing, IsEmpty());
  EXPECT_THAT(audit.repeated, IsEmpty());
  EXPECT_THAT(audit.out_of_order, IsEmpty());
  a_->start();
  const std::uint64_t id = post(*a_, "back again");
  EXPECT_TRUE(eventually([&] { return stream.read_for(milliseconds(50)) && stream.ids().back() == id; }));
}

TEST_P(Cluster, ANodeOfTheSameNameOrWithoutTheBusIsRefused) {
  const auto same = node("a");
  EXPECT_THROW(same->start(), Failure);
  EXPECT_THAT(same->log(), HasSubstr("\"a\""));
  const auto alone = node("c", {{"GOTIFY_CLUSTER_BUS", "none"}});
  EXPECT_THROW(alone->start(), Failure);
  EXPECT_THAT(alone->log(), HasSubstr("cluster.bus"));
}

TEST_P(Cluster, ANodeThatDrainsStillDelivers) {
  a_->stop();
  a_->set("GOTIFY_SERVER_DRAINSECONDS", "600");
  a_->start();
  HttpClient http = a_->http();
  EXPECT_TRUE(eventually([&] { return http.get("/readyz").status == 200; }));
  StreamClient stream = b_->stream(client_.key());
  a_->terminate();
  EXPECT_TRUE(eventually([&] { return http.get("/readyz").status == 503; }));
  const std::uint64_t id = post(*a_, "while it drains");
  EXPECT_EQ(id_of(stream.next_message()), id);
  std::this_thread::sleep_for(milliseconds(600));  // sooner it is the same request
  EXPECT_EQ(a_->stop(), 0);
}

TEST_P(Cluster, TheNodesAreListed) {
  const auto listed = [&] {
    const Settings where = {{"GOTIFY_DATABASE_DIALECT", "postgres"}, {"GOTIFY_DATABASE_CONNECTION", database_}};
    const Completed finished = run_program({"nodes"}, where, b_->directory());
    EXPECT_EQ(finished.code, 0) << finished.err;
    return finished.out;
  };
  EXPECT_TRUE(eventually([&] {
    const std::string text = listed();
    return text.find("a  ") != std::string::npos && text.find("live") != text.rfind("live");
  }));
  a_->stop();
  EXPECT_TRUE(eventually([&] { return listed().find("gone") != std::string::npos; }));
}

INSTANTIATE_TEST_SUITE_P(OnABus, Cluster, testing::Values("postgres", "nats"),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace push::support
