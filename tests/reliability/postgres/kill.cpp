#include <atomic>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "push/core/clock.hpp"
#include "reliability/postgres/bench.hpp"
#include "reliability/postgres/trials.hpp"
#include "support/ledger.hpp"
#include "support/postgres_server.hpp"
#include "support/wait.hpp"

namespace push::trials {
namespace {

constexpr int kSenders = 16;

// Senders of one message after the other, and what they were answered.
class Load {
 public:
  explicit Load(Bench& bench) : bench_(bench) {
    for (int i = 0; i < kSenders; ++i) threads_.emplace_back([this, i] { run(i); });
  }
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  support::Ledger ledger;
  std::atomic<int> refused{0};
  std::atomic<int> unknown{0};
  std::set<std::string> told;  // texts that were answered as not stored; after stop()

 private:
  void run(int sender) {
    for (int i = 0; !stopping_; ++i) {
      const std::string text = std::to_string(sender) + "." + std::to_string(i);
      const auto answer = core::await<core::Result<store::StoredMessage>>([&](auto done) {
        store::NewMessage message;
        message.application = bench_.applications[static_cast<std::size_t>(sender % 2)];
        message.message = text;
        message.date = core::wall_now();
        (void)bench_.store->append(std::move(message), std::move(done));
      });
      if (answer) {
        ledger.acknowledge(core::value(answer->id), text);
        continue;
      }
      if (answer.error().code == core::ErrorCode::internal) {
        ++unknown;
      } else if (answer.error().code == core::ErrorCode::unavailable) {
        ++refused;
        const std::lock_guard lock(mutex_);
        told.insert(text);
      } else {
        fault(text + " got " + answer.error().text);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  Bench& bench_;
  std::mutex mutex_;
  std::atomic<bool> stopping_{false};
  std::vector<std::thread> threads_;
};

void audit(Load& load, const std::string& database) {
  support::Texts stored;
  std::set<std::string> texts;
  for (const std::string& row : test::psql(database, "SELECT id, message FROM messages")) {
    const auto bar = row.find('|');
    const std::string text = row.substr(bar + 1);
    if (!stored.emplace(std::stoull(row.substr(0, bar)), text).second) fault("id twice: " + row);
    if (!texts.insert(text).second) fault("stored twice: " + row);
    if (load.told.contains(text)) fault("answered as not stored, but it is: " + row);
  }
  const auto found = support::audit_store(load.ledger.acknowledged(), stored);
  for (const auto id : found.lost) fault("lost: " + std::to_string(id));
  for (const auto id : found.changed) fault("another text: " + std::to_string(id));
  for (const auto id : load.ledger.given_twice()) fault("given twice: " + std::to_string(id));
}

}  // namespace

void kill_database(int rounds) {
  test::PrivatePostgres server;
  const std::string database = server.new_database();
  Bench bench(database);
  Load load(bench);
  std::mt19937 random(std::random_device{}());
  double longest = 0;
  for (int round = 0; round < rounds; ++round) {
    const std::size_t before = load.ledger.size();
    if (!support::eventually([&] { return load.ledger.size() > before + 50; })) return fault("it does not come back");
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 50'000));
    server.kill();
    const int answered = load.refused + load.unknown;
    if (!support::eventually([&] { return load.refused + load.unknown > answered; })) return fault("nobody noticed");
    const auto looked = bench.store->find_application_by_token("A1");
    if (looked) fault("a look-up was answered without a database");
    server.start();
    const auto back = core::steady_now();
    const std::size_t then = load.ledger.size();
    if (!support::eventually([&] { return load.ledger.size() > then; })) return fault("nothing is taken again");
    longest = std::max(longest, std::chrono::duration<double>(core::steady_now() - back).count());
  }
  load.stop();
  audit(load, database);
  std::printf("kills=%d acknowledged=%zu refused=%d unknown=%d longest_return_s=%.2f\n", rounds, load.ledger.size(),
              load.refused.load(), load.unknown.load(), longest);
}

}  // namespace push::trials
