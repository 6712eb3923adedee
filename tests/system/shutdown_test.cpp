// SIGTERM takes the path of a message backwards: what was accepted is stored and answered, then the streams end.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/database.hpp"
#include "support/gotify.hpp"
#include "support/senders.hpp"
#include "support/server_process.hpp"
#include "support/stream_crowd.hpp"
#include "support/wait.hpp"
#include "support/write_lock.hpp"

namespace push::support {
namespace {

using testing::Each;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::size_t kSenders = 16;
constexpr std::size_t kListeners = 50;

class Shutdown : public testing::Test {
 protected:
  void SetUp() override {
    server_.set("GOTIFY_SERVER_STREAM_CHANNELBUFFERSIZE", "65536");
    server_.set("GOTIFY_SERVER_STREAM_CHANNELBUFFERBYTES", "100000000");
    server_.start();
    HttpClient owner = server_.http(admin().basic());
    application_ = create_application(owner, "app");
    crowd_.join(server_.address(), create_client(owner, "client").key(), kListeners);
  }

  ServerProcess server_;
  Created application_;
  StreamCrowd crowd_;
  Ledger ledger_;
};

TEST_F(Shutdown, WhileItDrainsTheServerIsNotReadyAndDoesEverything) {
  server_.stop();
  server_.set("GOTIFY_SERVER_DRAINSECONDS", "600");
  server_.start();
  HttpClient http = server_.http();
  EXPECT_EQ(http.get("/readyz").status, 200);
  server_.terminate();
  EXPECT_TRUE(eventually([&] { return http.get("/readyz").status == 503; }));
  EXPECT_EQ(http.get("/readyz").body, "draining\n");
  EXPECT_EQ(http.get("/livez").status, 200);
  EXPECT_EQ(http.get("/health").status, 200);
  HttpClient poster = server_.http(application_.key());
  EXPECT_NO_THROW(post_message(poster, "while it drains"));
  std::this_thread::sleep_for(std::chrono::milliseconds(600));  // sooner it is the same request
  EXPECT_EQ(server_.stop(), 0) << "a second signal ends the wait";
  EXPECT_EQ(server_.log().find("path=/readyz"), std::string::npos) << "a probe's answer is no error";
}

TEST_F(Shutdown, UnderLoadStoresEverythingAcknowledgedAndEndsTheStreamsWithoutACloseFrame) {
  Senders senders({server_.address(), {application_}, kSenders, Senders::kEndless, "until the end"}, ledger_);
  ASSERT_TRUE(eventually([this] { return ledger_.size() >= 200; }));
  EXPECT_EQ(server_.stop(), 0);
  senders.join();
  EXPECT_EQ(senders.losses(), static_cast<int>(kSenders)) << "the load went on until the end";
  EXPECT_THAT(senders.refusals(), Each(StartsWith("HTTP/1.1 503"))) << "only late requests may be refused";

  Texts stored;
  Database database(server_.database());
  for (const auto& row : database.rows("SELECT id, message FROM messages")) stored.emplace(std::stoull(row[0]), row[1]);
  const StoreAudit audit = audit_store(ledger_.acknowledged(), stored);
  EXPECT_THAT(audit.lost, IsEmpty());
  EXPECT_THAT(audit.changed, IsEmpty());
  if (!on_postgres()) {
    EXPECT_EQ(database.value("PRAGMA integrity_check"), "ok");
  }

  ASSERT_TRUE(crowd_.wait_for_ends(kListeners));
  for (const Subscriber& listener : crowd_.everybody()) {
    EXPECT_FALSE(listener.close_frame);
    EXPECT_EQ(listener.wrong, "");
    // Against what is stored: a message may be stored and sent although its sender never saw the answer.
    const ListenerAudit heard = audit_listener(stored, ids_of(listener.messages));
    EXPECT_THAT(heard.missing, IsEmpty());
    EXPECT_THAT(heard.repeated, IsEmpty());
    EXPECT_THAT(heard.out_of_order, IsEmpty());
    EXPECT_THAT(heard.unknown, IsEmpty());
  }
}

TEST_F(Shutdown, WithNothingToDoLeavesOneDatabaseFile) {
  HttpClient idle = server_.http();
  EXPECT_EQ(idle.get("/version").status, 200);
  EXPECT_EQ(server_.stop(), 0);
  EXPECT_TRUE(idle.ended());
  ASSERT_TRUE(crowd_.wait_for_ends(kListeners));
  EXPECT_FALSE(std::filesystem::exists(server_.database_path() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(server_.database_path() + "-shm"));
}

TEST_F(Shutdown, BySigintIsAsOrderly) {
  ::kill(server_.id(), SIGINT);
  EXPECT_EQ(server_.wait(), 0);
  EXPECT_NE(server_.log().find("shutting down signal=SIGINT"), std::string::npos);
}

TEST_F(Shutdown, OtherSignalsAreNoEnd) {
  for (const auto& [signal, name] : {std::pair(SIGHUP, "SIGHUP"), std::pair(SIGUSR1, "SIGUSR1"),
                                     std::pair(SIGUSR2, "SIGUSR2"), std::pair(SIGALRM, "SIGALRM")}) {
    ::kill(server_.id(), signal);
    EXPECT_TRUE(eventually([this, line = std::string("ignored signal=") + name] {
      return server_.log().find(line) != std::string::npos;
    })) << name;
  }
  for (const int signal : {SIGPIPE, SIGXFSZ, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGRTMIN, SIGRTMAX})
    ::kill(server_.id(), signal);
  HttpClient http = server_.http(application_.key());
  post_message(http, "still here");
  EXPECT_TRUE(crowd_.wait_for_messages_each(1));
  EXPECT_EQ(server_.stop(), 0);
}

// The end is held up by a transaction that waits for a lock of another process.
class Stopping : public testing::Test {
 protected:
  void hold_up() {
    server_.set("GOTIFY_DATABASE_BUSYTIMEOUTMILLISECONDS", "60000");
    server_.start();
    HttpClient owner = server_.http(admin().basic());
    const std::string post = "POST /message?message=waits&token=" + create_application(owner, "app").token +
                             " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
    other_.emplace(server_);
    // Until one waits behind the transaction, where it can be seen.
    ASSERT_TRUE(eventually([&] {
      senders_.push_back(server_.http());
      senders_.back().write(post);
      return server_.metric("push_store_queue_length") > 0;
    }));
  }
  void end_at_once_by(int second) {
    hold_up();
    server_.terminate();
    ASSERT_TRUE(eventually([&] { return server_.log().find("shutting down") != std::string::npos; }));
    EXPECT_TRUE(server_.running());
    ASSERT_TRUE(eventually([&] {
      if (server_.running()) ::kill(server_.id(), second);
      return !server_.running();
    }));
#ifdef __SANITIZE_THREAD__
    EXPECT_NE(server_.wait(), 0);  // the sanitizer's own exit code, for the threads that are left behind
#else
    EXPECT_EQ(server_.wait(), 128 + second);
#endif
  }

  ServerProcess server_;
  std::optional<WriteLock> other_;
  std::vector<HttpClient> senders_;
};

TEST_F(Stopping, ASecondSigtermEndsItAtOnce) {
  end_at_once_by(SIGTERM);
}

TEST_F(Stopping, ASigintAfterASigtermEndsItAtOnce) {
  end_at_once_by(SIGINT);
}

TEST_F(Stopping, TwoSignalsOfOneRequestAreOne) {
  hold_up();
  server_.terminate();
  ASSERT_TRUE(eventually([&] { return server_.log().find("shutting down") != std::string::npos; }));
  server_.terminate();
  other_->release();
  EXPECT_EQ(server_.wait(), 0);
}

}  // namespace
}  // namespace push::support
