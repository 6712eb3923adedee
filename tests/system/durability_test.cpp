// What was answered with 200 is there after kill -9.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <thread>

#include "support/database.hpp"
#include "support/gotify.hpp"
#include "support/senders.hpp"
#include "support/server_process.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using testing::IsEmpty;

constexpr std::size_t kSenders = 16;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kRounds = 5;
#else
constexpr int kRounds = 20;
#endif

unsigned from_environment(const char* name, unsigned otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::strtoul(text, nullptr, 10));
}

Texts stored_in(const std::string& where) {
  Database database(where);
  Texts texts;
  for (const auto& row : database.rows("SELECT id, message FROM messages")) {
    texts.emplace(std::stoull(row[0]), row[1]);
  }
  return texts;
}

class Durability : public testing::Test {
 protected:
  void SetUp() override {
    const unsigned seed = from_environment("PUSH_SEED", std::random_device()());
    std::printf("seed %u (repeat with PUSH_SEED)\n", seed);
    random_.seed(seed);
    server_.start();
    HttpClient owner = server_.http(admin().basic());
    applications_ = {create_application(owner, "a"), create_application(owner, "b")};
  }

  std::size_t at_most(std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(random_); }

  // Kills the server at a random moment under load.
  void kill_under_load(int round) {
    const std::size_t wanted = ledger_.size() + 1 + at_most(400);
    Senders senders({server_.address(), applications_, kSenders, Senders::kEndless, "round " + std::to_string(round)},
                    ledger_);
    ASSERT_TRUE(eventually([&] { return ledger_.size() >= wanted; }));
    std::this_thread::sleep_for(std::chrono::microseconds(at_most(20'000)));
    server_.kill9();
    senders.join();
    EXPECT_THAT(senders.refusals(), IsEmpty());
    EXPECT_EQ(senders.losses(), static_cast<int>(kSenders)) << "the load went on until the kill";
  }

  void check_everything_acknowledged_is_stored() {
    if (!on_postgres()) {
      EXPECT_EQ(Database(server_.database()).value("PRAGMA integrity_check"), "ok");
    }
    const StoreAudit audit = audit_store(ledger_.acknowledged(), stored_in(server_.database()));
    EXPECT_THAT(audit.lost, IsEmpty());
    EXPECT_THAT(audit.changed, IsEmpty());
    EXPECT_THAT(ledger_.given_twice(), IsEmpty());
  }

  // The same by the API: every id once, newest first.
  void check_the_pages() {
    HttpClient owner = server_.http(admin().basic());
    Texts listed;
    std::uint64_t previous = ~std::uint64_t{0};
    for (const auto& message : list_messages(owner)) {
      const std::uint64_t id = message.at("id");
      EXPECT_LT(id, previous);
      previous = id;
      listed.emplace(id, message.at("message"));
    }
    const StoreAudit audit = audit_store(ledger_.acknowledged(), listed);
    EXPECT_THAT(audit.lost, IsEmpty());
    EXPECT_THAT(audit.changed, IsEmpty());
  }

  ServerProcess server_;
  std::vector<Created> applications_;
  Ledger ledger_;
  std::mt19937 random_;
};

TEST_F(Durability, NothingAcknowledgedIsLostByKill9UnderLoad) {
  const int rounds = static_cast<int>(from_environment("PUSH_KILL_ROUNDS", kRounds));
  for (int round = 1; round <= rounds && !HasFailure(); ++round) {
    kill_under_load(round);
    server_.start();
    check_everything_acknowledged_is_stored();
  }
  check_the_pages();
  std::printf("%d rounds, %zu messages acknowledged\n", rounds, ledger_.size());
  EXPECT_GE(ledger_.size(), static_cast<std::size_t>(rounds));
  EXPECT_EQ(server_.stop(), 0);
}

TEST_F(Durability, TheLogOfAKilledServerIsTakenOverAndGoneAfterACleanStop) {
  const std::string log = server_.database_path() + "-wal";
  kill_under_load(1);
  EXPECT_TRUE(std::filesystem::exists(log)) << "no write-ahead log was left to recover";
  server_.start();
  check_everything_acknowledged_is_stored();
  EXPECT_EQ(server_.stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(log));
  check_everything_acknowledged_is_stored();
}

}  // namespace
}  // namespace push::support
