// The parts of a Store in the order of construction; destroyed in reverse.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "push/core/patient_clock.hpp"
#include "store/postgres/backend.hpp"
#include "store/postgres/database.hpp"
#include "store/postgres/feed.hpp"
#include "store/postgres/heartbeat.hpp"
#include "store/postgres/key_table.hpp"
#include "store/postgres/purge_tables.hpp"
#include "store/postgres/reader_pool.hpp"
#include "store/postgres/retention_tables.hpp"
#include "store/postgres/server_clock.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/store.hpp"
#include "store/postgres/watch.hpp"
#include "store/postgres/webpush.hpp"
#include "store/purger.hpp"
#include "store/purges.hpp"
#include "store/retention_purge.hpp"
#include "store/writer.hpp"

namespace push::store::postgres {

inline constexpr std::size_t kBatchBytes = 1024 * 1024;  // of texts per transaction, which is one round trip
inline constexpr std::chrono::seconds kPurgeRetry{1};
inline constexpr std::chrono::seconds kLookPeriod{1};  // how often it looks for work that other nodes have left

struct Store::Parts {
  Parts(std::unique_ptr<Session> opened, const ConnectionString& where, const Database& database,
        const config::Database& settings, metrics::Registry& metrics, core::WallClock expiry_clock,
        const config::Retention& configured)
      : server_clock(expiry_clock),
        clock(opened->bus() == config::BusKind::none ? std::move(expiry_clock)
                                                     : core::WallClock([this] { return server_clock.now(); })),
        session(std::move(opened)),
        heartbeat(make_heartbeat(where)),
        readers(where, settings.readers),
        watch(where),
        keys(clock, settings.idempotencykeys, heartbeat ? KeyTable::Of::all_nodes : KeyTable::Of::this_node, metrics),
        backend(*session, database, keys, metrics),
        writer(backend,
               {.queue = settings.queue,
                .batch = settings.batch,
                .queue_bytes = settings.queuebytes,
                .batch_bytes = kBatchBytes},
               metrics),
        webpush(writer, readers, [this] { return does_the_work_of_all(); }),
        retention_tables(writer, readers),
        retention(
            retention_tables, [this] { return newest_message(); }, configured, clock, metrics),
        purge_tables(writer, readers),
        purger(standing(), metrics, {.queue = settings.purgequeue, .retry_after = kPurgeRetry}) {
    if (heartbeat) feed = std::make_unique<Feed>(where, *session, database, readers, writer, *heartbeat, metrics);
  }

  core::Result<void> set_clock();

  // Work that one node does for all of them. It also looks for what is due because of other nodes.
  bool does_the_work_of_all() const { return !heartbeat || heartbeat->has_lease(); }
  template <class Work>
  Purger::Slice for_all(Work work) {
    return [this, work]() -> core::Result<Purger::Progress> {
      if (!does_the_work_of_all()) return Purger::Progress{.finished = true, .again_after = kLookPeriod};
      core::Result<Purger::Progress> done = work();
      const bool rests = done && done->finished && done->again_after == core::SteadyTime::duration::zero();
      if (heartbeat && rests) done->again_after = kLookPeriod;
      return done;
    };
  }
  std::vector<Purger::Slice> standing() {
    std::vector<Purger::Slice> works;
    works.push_back(for_all([this] { return purge_deleted_applications(purge_tables); }));
    works.push_back(for_all([this]() -> core::Result<Purger::Progress> {
      if (auto heard = hear_of_rules(); !heard) return heard.error();
      return retention.step();
    }));
    return works;
  }
  // Takes over retention rules that other nodes have changed.
  core::Result<void> hear_of_rules() {
    if (!heartbeat) return {};
    const auto changed = retention_tables.take_changed_rules();
    if (!changed) return changed.error();
    for (const core::ApplicationId application : *changed) retention.rule_changed(application);
    return {};
  }
  std::unique_ptr<Heartbeat> make_heartbeat(const ConnectionString& where) {
    if (session->bus() == config::BusKind::none) return nullptr;
    return std::make_unique<Heartbeat>(where, session->node(), std::string(name_of(session->bus())), server_clock);
  }
  core::MessageId newest_message() const {
    const std::int64_t newest = std::max(backend.newest_message(), heartbeat ? heartbeat->newest_message() : 0);
    return core::MessageId{static_cast<std::uint64_t>(newest)};
  }
  // For a row that is created now.
  core::WallTime creation_time() const {
    return cut_to_microseconds(heartbeat ? server_clock.now() : core::wall_now());
  }

  ServerClock server_clock;
  const core::WallClock clock;  // by which clients and idempotency keys expire and messages age
  std::unique_ptr<Session> session;
  std::unique_ptr<Heartbeat> heartbeat;  // null: a single node
  ReaderPool readers;
  Watch watch;
  KeyTable keys;
  Backend backend;
  Writer writer;
  WebPush webpush;
  RetentionTables retention_tables;
  RetentionPurge retention;
  PurgeTables purge_tables;
  Purger purger;
  std::unique_ptr<Feed> feed;  // null: a single node
};

}  // namespace push::store::postgres
