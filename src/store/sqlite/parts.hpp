// The parts of a Store in the order of construction; destroyed in reverse, so that the writer's handle closes last and
// removes the write-ahead log.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "push/core/patient_clock.hpp"
#include "store/purger.hpp"
#include "store/purges.hpp"
#include "store/retention_purge.hpp"
#include "store/sqlite/backend.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file_watch.hpp"
#include "store/sqlite/folder_lock.hpp"
#include "store/sqlite/message_keys.hpp"
#include "store/sqlite/open.hpp"
#include "store/sqlite/purges.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/retention_tables.hpp"
#include "store/sqlite/store.hpp"
#include "store/sqlite/webpush.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

inline constexpr std::size_t kBatchBytes = 8 * 1024 * 1024;  // of texts per transaction
inline constexpr std::chrono::seconds kPurgeRetry{1};

struct Store::Parts {
  Parts(Opened opened, const config::Database& settings, metrics::Registry& metrics, core::WallClock expiry_clock,
        const config::Retention& configured)
      : clock(std::move(expiry_clock)),
        lock(std::move(opened.lock)),
        watch(opened.path, opened.journal),
        database(std::move(opened.writing)),
        ending{database, watch},
        readers(std::move(opened.reading), watch),
        checkpointer(std::move(opened.checkpointing), watch, std::chrono::milliseconds(settings.checkmilliseconds)),
        keys(database, settings.idempotencykeys, clock, metrics),
        backend(database, opened.path, watch, checkpointer, keys, settings.busytimeoutmilliseconds, metrics),
        writer(backend,
               {.queue = settings.queue,
                .batch = settings.batch,
                .queue_bytes = settings.queuebytes,
                .batch_bytes = kBatchBytes},
               metrics),
        webpush(writer, readers),
        retention_tables(writer, readers),
        retention(
            retention_tables, [this] { return backend.newest_message(); }, configured, clock, metrics),
        purge_tables(writer, readers),
        purger(standing(), metrics, {.queue = settings.purgequeue, .retry_after = kPurgeRetry}) {}

  std::vector<Purger::Slice> standing() {
    std::vector<Purger::Slice> works;
    works.emplace_back([this] { return purge_deleted_applications(purge_tables); });
    works.emplace_back([this] { return retention.step(); });
    return works;
  }

  // After all other handles have closed: the file is left as Gotify needs it.
  struct Ending {
    Database& database;
    FileWatch& watch;
    ~Ending();
  };

  const core::WallClock clock;  // by which clients and idempotency keys expire and messages age
  FolderLock lock;
  FileWatch watch;
  Database database;  // the writer thread's
  Ending ending;
  ReaderPool readers;
  Checkpointer checkpointer;
  MessageKeys keys;
  Backend backend;
  Writer writer;
  WebPush webpush;
  RetentionTables retention_tables;
  RetentionPurge retention;
  PurgeTables purge_tables;
  Purger purger;
  std::atomic<core::WallTime> next_foreign_expiry{};  // of a client whose expiry another program wrote; 0 = unknown
};

}  // namespace push::store::sqlite
