// Nodes without a server: a database in memory that they share, a bus that does what a test says, streams that write
// down what they are given.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "push/delivery/follower.hpp"
#include "push/delivery/publisher.hpp"
#include "push/model/json.hpp"
#include "support/memory_store.hpp"
#include "support/wait.hpp"

namespace push::delivery {

using core::EventId;
using core::MessageId;
using core::UserId;
using support::eventually;

// What all nodes have committed.
class SharedDatabase {
 public:
  struct Written {
    store::Commit commit;
    std::vector<cluster::Item> items;
  };
  std::mutex mutex;
  std::map<MessageId, store::FeedMessage> rows;
  std::vector<store::LogEntry> log;
  std::uint64_t message = 0;
  std::uint64_t event = 0;
  int epoch = 1;
  std::atomic<bool> down = false;           // answers nothing
  std::atomic<bool> messages_down = false;  // the log only
  std::atomic<bool> epochs_down = false;    // everything but epochs
  std::function<MessageId(UserId)> keep;    // if set, stores a message for somebody else, and gives it its id

  // A transaction with a message for each of these users.
  Written commit(const std::vector<UserId>& users) {
    const std::lock_guard lock(mutex);
    Written written;
    written.commit.previous = MessageId{message};
    for (const UserId user : users) {
      message = keep ? core::value(keep(user)) : message + 1;
      store::FeedMessage row{MessageId{message}, core::ApplicationId{1}, user, model::Message{}};
      row.message->id = row.id;
      row.message->application = row.application;
      row.message->message = "m" + std::to_string(message);
      std::string json;
      model::append_json(json, *row.message);
      written.items.push_back({row.id, row.application, user, core::Slice::copy(json)});
      rows.emplace(row.id, std::move(row));
    }
    written.commit.last = MessageId{message};
    return written;
  }
  void write(model::Event written) {
    const std::lock_guard lock(mutex);
    written.id = EventId{++event};
    log.push_back({written.id, MessageId{message}, written});
  }
  void write(const model::AccountChange& written) {
    const std::lock_guard lock(mutex);
    log.push_back({EventId{++event}, MessageId{message}, written});
  }
  // As a restore does: what came after these ids was never there.
  void go_back(std::uint64_t to_message, std::uint64_t to_event) {
    const std::lock_guard lock(mutex);
    rows.erase(rows.upper_bound(MessageId{to_message}), rows.end());
    std::erase_if(log, [&](const store::LogEntry& entry) { return core::value(entry.id) > to_event; });
    message = to_message;
    event = to_event;
  }
};

class FakeFeed final : public store::Feed {
 public:
  FakeFeed(SharedDatabase& database, std::string name) : database_(database), name_(std::move(name)) {}

  std::function<void()> during_read;  // after the users were chosen, before the rows are read
  std::function<void()> after_read;   // before they are handed out
  std::atomic<int> reads = 0;

  const std::string& node() const override { return name_; }
  const std::string& cluster() const override { return name_; }
  core::Result<store::Extent> extent() override {
    const std::lock_guard lock(database_.mutex);
    if (database_.down) return down();
    return store::Extent{MessageId{database_.message}, database_.log.empty() ? EventId{} : database_.log.back().id};
  }
  core::Result<Page> messages_after(MessageId after, std::size_t limit, const std::optional<std::vector<UserId>>& users,
                                    Take take) override {
    ++reads;
    if (during_read) during_read();
    auto page = read(after, limit, users, std::move(take));
    if (after_read) after_read();
    return page;
  }
  core::Result<std::vector<store::LogEntry>> log_after(EventId after, std::size_t limit) override {
    const std::lock_guard lock(database_.mutex);
    if (database_.down) return down();
    std::vector<store::LogEntry> found;
    for (const store::LogEntry& entry : database_.log) {
      if (entry.id > after && found.size() < limit) found.push_back(entry);
    }
    return found;
  }
  core::Result<store::Epoch> join_epoch() override { return present(); }
  core::Result<store::Epoch> renew_epoch(const std::string& known) override {
    if (database_.epochs_down) return down();
    {
      const std::lock_guard lock(database_.mutex);
      if (!database_.down && known == name_of(database_.epoch)) ++database_.epoch;
    }
    return present();
  }
  void report(core::Callback<store::NodeStatus()>) override {}
  void listen(store::FeedListener&) override {}
  void stop_listening() override {}

 private:
  core::Result<Page> read(MessageId after, std::size_t limit, const std::optional<std::vector<UserId>>& users,
                          Take take) {
    const std::lock_guard lock(database_.mutex);
    if (database_.down || database_.messages_down) return down();
    auto row = database_.rows.upper_bound(after);
    for (; row != database_.rows.end() && limit-- > 0; ++row) {
      store::FeedMessage found = row->second;
      if (users && !std::binary_search(users->begin(), users->end(), found.user)) found.message.reset();
      take(std::move(found));
    }
    return Page{MessageId{database_.message}, row == database_.rows.end()};
  }
  static std::string name_of(int epoch) { return "epoch " + std::to_string(epoch); }
  static core::Error down() { return core::failure(core::ErrorCode::unavailable, "the database is down"); }
  core::Result<store::Epoch> present() {
    const std::lock_guard lock(database_.mutex);
    if (database_.down) return down();
    return store::Epoch{name_of(database_.epoch), {MessageId{database_.message}, EventId{database_.event}}};
  }

  SharedDatabase& database_;
  const std::string name_;
};

// By itself it only remembers what was announced.
class FakeBus final : public cluster::Bus {
 public:
  std::function<void(const cluster::Batch&)> on_announce = [](const auto&) {};
  std::function<void()> on_announce_log = [] {};
  std::function<void(const cluster::Pulse&)> on_announce_pulse = [](const auto&) {};
  std::atomic<bool> up = true;
  Listener* listener = nullptr;

  void start(Listener& to) override { listener = &to; }
  void stop() override { listener = nullptr; }
  bool is_up() const override { return up; }
  void announce(const cluster::Batch& batch) override { on_announce(batch); }
  void announce_log() override { on_announce_log(); }
  void announce(const cluster::Pulse& pulse) override { on_announce_pulse(pulse); }
};

// What the loops of a node were given, in order.
class Streams final : public stream::Courier {
 public:
  std::atomic<std::size_t> behind = 0;

  void deliver(hub::LoopSet, const stream::Message& message) override {
    const std::lock_guard lock(mutex_);
    given_.push_back(message);
  }
  void disconnect(hub::LoopSet, hub::Selection which) override {
    const std::lock_guard lock(mutex_);
    closed_.push_back(core::value(which.user));
  }
  std::size_t backlog() const override { return behind; }

  std::vector<stream::Message> given() const {
    const std::lock_guard lock(mutex_);
    return given_;
  }
  std::vector<std::uint64_t> closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }
  // "3" is a message, "e2@3" an event and the message before it.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const stream::Message& one : given()) {
      const std::string id = std::to_string(core::value(one.id()));
      const bool is_message = one.kind() == stream::Message::Kind::message;
      names.push_back(is_message ? id : "e" + std::to_string(core::value(one.at().event)) + "@" + id);
    }
    return names;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<stream::Message> given_;
  std::vector<std::uint64_t> closed_;
};

struct Changes final : AccountListener {
  std::atomic<int> changes = 0;
  std::atomic<int> gaps = 0;
  void on_change(const model::AccountChange&) override { ++changes; }
  void on_gap() override { ++gaps; }
};

// Nothing happens by itself, unless the test says so.
constexpr Follower::Limits kStill{.sweep = std::chrono::hours(1),
                                  .sweep_alone = std::chrono::milliseconds(5),
                                  .gap = std::chrono::hours(1),
                                  .isolation = std::chrono::hours(1)};

class FollowingNode {
 public:
  // kept: where SharedDatabase::keep stores the messages, if it does.
  FollowingNode(SharedDatabase& shared, const std::string& name, Follower::Limits limits,
                test::MemoryStore* kept = nullptr)
      : database(shared), feed(shared, name), history(kept != nullptr ? *kept : store, workers, registry, 100) {
    follower.emplace(feed, bus, history, hub, publisher, accounts, registry, limits);
    publisher.join(*follower);
  }

  // Starts, and has looked into the store once.
  void start() {
    const auto started = follower->start();
    ASSERT_TRUE(started) << started.error().text;
    ASSERT_TRUE(eventually([this] { return follower->has_caught_up(); }));
  }
  void online(UserId user) { hub.join(user, 0); }
  void commit(const std::vector<UserId>& users) {
    auto written = database.commit(users);
    follower->committed(written.commit, std::move(written.items));
  }
  bool gets(const std::vector<std::string>& names) {
    return eventually([&] { return streams.names() == names; });
  }
  std::uint64_t counted(const char* name) { return registry.counter(name, "").value(); }

  SharedDatabase& database;
  metrics::Registry registry;
  test::MemoryStore store;
  hub::Hub hub{16};
  Streams streams;
  Changes accounts;
  core::WorkerPool workers{1, 1};
  FakeFeed feed;
  FakeBus bus;
  History history;
  Publisher publisher{store, hub, streams, history, registry, 100};
  std::optional<Follower> follower;
};

inline cluster::Batch batch_of(SharedDatabase::Written written) {
  return {*written.commit.previous, written.commit.last, std::move(written.items), false};
}

using Names = std::vector<std::string>;

inline const UserId kAnn{1};
inline const UserId kBob{2};

struct FollowerTest : testing::Test {
  SharedDatabase database;
  std::optional<FollowingNode> node;

  FollowingNode& begin(const Follower::Limits& limits = kStill) {
    node.emplace(database, "here", limits);
    node->start();
    node->online(kAnn);
    return *node;
  }
  // Another node's transaction, announced here.
  void arrive(const std::vector<UserId>& users) { node->bus.listener->on_batch(batch_of(database.commit(users))); }
  model::Event deletion(UserId user) {
    model::Event event;
    event.user = user;
    event.ids = {MessageId{1}};
    return event;
  }
};

}  // namespace push::delivery
