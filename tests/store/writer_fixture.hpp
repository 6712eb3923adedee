// A writer on a database in memory that records its calls.
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "push/core/await.hpp"
#include "store/writer.hpp"
#include "support/memory_store.hpp"

namespace push::store {

// A database in memory that records its calls. `events` belongs to the writer thread until it is drained.
class FakeBackend final : public Backend {
 public:
  static core::Error unavailable(const char* text) { return core::failure(core::ErrorCode::unavailable, text); }

  core::Result<void> begin() override {
    if (hold_first && transactions++ == 0) {
      entered.count_down();
      release.wait();
    }
    if (fail_begin.exchange(false)) return unavailable("cannot begin");
    events.emplace_back("begin");
    return {};
  }
  core::Result<void> insert(std::span<NewMessage> messages, std::span<core::Result<Inserted>> outcomes) override {
    EXPECT_EQ(messages.size(), outcomes.size());
    std::string inserted;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].message == "spoil") return unavailable("disk full");
      if (messages[i].message == "gone") {
        outcomes[i] = core::failure(core::ErrorCode::not_found, "gone");
        continue;
      }
      inserted += " " + messages[i].message;
      outcomes[i] = Inserted{core::MessageId{++last_id}};
    }
    events.push_back("insert" + inserted);
    return {};
  }
  core::Result<void> run(Operation& operation) override {
    events.emplace_back("run");
    return operation(transaction);
  }
  core::Result<void> commit() override {
    if (fail_commit.exchange(false)) return unavailable("cannot commit");
    events.emplace_back("commit");
    return {};
  }
  void rollback() override { events.emplace_back("rollback"); }
  void rest() override { events.emplace_back("rest"); }

  void let_go() {
    if (!release.try_wait()) release.count_down();
  }

  bool hold_first = false;  // the first transaction's begin() waits for `release`
  std::latch entered{1};
  std::latch release{1};
  int transactions = 0;
  std::atomic<bool> fail_begin{false};
  std::atomic<bool> fail_commit{false};
  std::uint64_t last_id = 0;
  std::vector<std::string> events;
  test::MemoryStore transaction;  // passed to operations
};

class WriterTest : public ::testing::Test {
 protected:
  static constexpr Writer::Limits kRoomy{
      .queue = 8192, .batch = 1024, .queue_bytes = 1U << 28U, .batch_bytes = 1U << 23U};

  // kRoomy with one limit changed.
  static Writer::Limits with(std::size_t Writer::Limits::*limit, std::size_t value) {
    Writer::Limits limits = kRoomy;
    limits.*limit = value;
    return limits;
  }

  ~WriterTest() override { backend.let_go(); }  // a failed assertion must not leave the writer held

  void start(Writer::Limits limits = kRoomy) { writer = std::make_unique<Writer>(backend, limits, metrics); }

  // Holds the writer inside its first transaction, so that later changes queue up.
  void start_held(Writer::Limits limits = kRoomy) {
    backend.hold_first = true;
    start(limits);
    ASSERT_TRUE(append("first"));
    backend.entered.wait();
  }

  core::Result<void> append(const std::string& text, std::uint64_t application = 0) {
    NewMessage message;
    message.application = core::ApplicationId{application};
    message.message = text;
    return writer->append(std::move(message), [this, text](core::Result<model::Message> stored) {
      backend.events.push_back(stored ? "stored " + std::to_string(core::value(stored->id)) + " " + stored->message
                                      : "failed " + text + ": " + stored.error().text);
    });
  }

  // Runs an operation and waits for its outcome.
  core::Result<void> change(Operation operation) {
    return core::await<core::Result<void>>([&](core::Callback<void(core::Result<void>)> done) {
      const auto shared = std::make_shared<decltype(done)>(std::move(done));
      const auto queued = writer->change({}, std::move(operation),
                                         [shared](core::Result<void> outcome) { (*shared)(std::move(outcome)); });
      if (!queued) (*shared)(queued);
    });
  }

  void release_and_drain() {
    backend.let_go();
    writer->drain();
  }

  metrics::Registry metrics;
  FakeBackend backend;
  std::unique_ptr<Writer> writer;
};

}  // namespace push::store
