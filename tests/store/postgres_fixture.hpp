// A store on a PostgreSQL database of its own, and direct access to that.
#pragma once
#include <gmock/gmock.h>

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "push/store/open.hpp"
#include "store/actions.hpp"
#include "store/postgres/store.hpp"
#include "support/postgres_server.hpp"
#include "support/wait.hpp"

namespace push::store {

// How many sessions on this database wait for an advisory lock.
inline constexpr const char* kWaitingForLocks =
    "SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) WHERE a.datname = current_database() AND"
    " l.locktype = 'advisory' AND NOT l.granted";

// What a store announces, in order.
class HeardEvents final : public EventListener {
 public:
  void on_event(const model::Event& event) override {
    const std::lock_guard lock(mutex_);
    ids_.push_back(std::to_string(core::value(event.id)));
  }
  std::vector<std::string> ids() const {
    const std::lock_guard lock(mutex_);
    return ids_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> ids_;
};

class PostgresStoreTest : public StoreActions {
 protected:
  ~PostgresStoreTest() override { store.reset(); }  // before what it uses: it is the base class's member

  config::Database settings(const std::string& through) const {
    config::Database made;
    made.dialect = "postgres";
    made.connection = through;
    made.readers = 2;
    return made;
  }
  core::Result<std::unique_ptr<Store>> try_to_open(const std::string& through) {
    return store::open(settings(through), metrics);
  }
  void open(const std::string& through) {
    store.reset();
    auto opened = try_to_open(through);
    ASSERT_TRUE(opened) << opened.error().text;
    store = *std::move(opened);
    store->set_event_listener(heard);
  }
  void open() { open(database); }
  static config::Cluster cluster_of(const std::string& name, config::BusKind bus = config::BusKind::postgres) {
    config::Cluster cluster;
    cluster.bus = bus;
    cluster.node = name;
    return cluster;
  }
  // Beside others.
  core::Result<std::unique_ptr<Store>> try_to_open_node(const std::string& name, metrics::Registry& own,
                                                        config::BusKind bus = config::BusKind::postgres) {
    return store::open(settings(database), own, &core::wall_now, {}, cluster_of(name, bus));
  }
  void open_as_node(const std::string& name, const std::string& through) {
    store.reset();
    auto opened = store::open(settings(through), metrics, &core::wall_now, {}, cluster_of(name));
    ASSERT_TRUE(opened) << opened.error().text;
    store = *std::move(opened);
    store->set_event_listener(heard);
  }

  std::vector<std::string> sql(const std::string& text) { return test::psql(database, text); }
  std::string value(const std::string& text) {
    const auto rows = sql(text);
    return rows.empty() ? "nothing" : rows.front();
  }
  bool becomes(const std::string& text, const std::string& wanted) {
    return support::eventually([&] { return value(text) == wanted; });
  }

  metrics::Registry metrics;
  HeardEvents heard;
  std::string database = test::postgres().new_database();
};

}  // namespace push::store
