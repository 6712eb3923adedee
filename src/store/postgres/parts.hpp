// The parts of a Store in the order of construction; destroyed in reverse.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "push/core/patient_clock.hpp"
#include "store/postgres/backend.hpp"
#include "store/postgres/database.hpp"
#include "store/postgres/key_table.hpp"
#include "store/postgres/purge_tables.hpp"
#include "store/postgres/reader_pool.hpp"
#include "store/postgres/retention_tables.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/store.hpp"
#include "store/postgres/watch.hpp"
#include "store/purger.hpp"
#include "store/purges.hpp"
#include "store/retention_purge.hpp"
#include "store/writer.hpp"

namespace push::store::postgres {

inline constexpr std::size_t kBatchBytes = 1024 * 1024;  // of texts per transaction, which is one round trip
inline constexpr std::chrono::seconds kPurgeRetry{1};

struct Store::Parts {
  Parts(std::unique_ptr<Session> opened, const ConnectionString& where, const Database& database,
        const config::Database& settings, metrics::Registry& metrics, core::WallClock expiry_clock,
        const config::Retention& configured)
      : clock(std::move(expiry_clock)),
        session(std::move(opened)),
        readers(where, settings.readers),
        watch(where),
        keys(clock, settings.idempotencykeys, metrics),
        backend(*session, database, keys, metrics),
        writer(backend,
               {.queue = settings.queue,
                .batch = settings.batch,
                .queue_bytes = settings.queuebytes,
                .batch_bytes = kBatchBytes},
               metrics),
        retention_tables(writer, readers),
        retention(
            retention_tables, [this] { return newest_message(); }, configured, clock, metrics),
        purge_tables(writer, readers),
        purger(standing(), metrics, {.queue = settings.purgequeue, .retry_after = kPurgeRetry}) {}

  std::vector<Purger::Slice> standing() {
    std::vector<Purger::Slice> works;
    works.emplace_back([this] { return purge_deleted_applications(purge_tables); });
    works.emplace_back([this] { return retention.step(); });
    return works;
  }
  core::MessageId newest_message() const {
    return core::MessageId{static_cast<std::uint64_t>(backend.newest_message())};
  }

  const core::WallClock clock;  // by which clients and idempotency keys expire and messages age
  std::unique_ptr<Session> session;
  ReaderPool readers;
  Watch watch;
  KeyTable keys;
  Backend backend;
  Writer writer;
  RetentionTables retention_tables;
  RetentionPurge retention;
  PurgeTables purge_tables;
  Purger purger;
};

}  // namespace push::store::postgres
