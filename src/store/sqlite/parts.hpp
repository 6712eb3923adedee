// The parts of a Store in the order of construction; destroyed in reverse, so that the writer's handle closes last and
// removes the write-ahead log.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "push/core/patient_clock.hpp"
#include "store/purger.hpp"
#include "store/sqlite/backend.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/purges.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/store.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

inline constexpr std::size_t kBatchBytes = 8 * 1024 * 1024;  // of texts per transaction
inline constexpr std::chrono::seconds kPurgeRetry{1};

struct Store::Parts {
  Parts(Database writing, std::vector<Database> reading, Database checkpointing, const config::Database& settings,
        metrics::Registry& metrics, core::WallClock expiry_clock)
      : clock(std::move(expiry_clock)),
        database(std::move(writing)),
        readers(std::move(reading)),
        checkpointer(std::move(checkpointing)),
        backend(database, checkpointer, settings.busytimeoutmilliseconds, metrics),
        writer(backend,
               {.queue = settings.queue,
                .batch = settings.batch,
                .queue_bytes = settings.queuebytes,
                .batch_bytes = kBatchBytes},
               metrics),
        purger([this] { return purge_deleted_applications(writer, readers); }, metrics,
               {.queue = settings.purgequeue, .retry_after = kPurgeRetry}) {}

  const core::WallClock clock;  // by which clients expire
  Database database;            // the writer thread's
  ReaderPool readers;
  Checkpointer checkpointer;
  Backend backend;
  Writer writer;
  Purger purger;
  std::atomic<core::WallTime> next_foreign_expiry{};  // of a client whose expiry another program wrote; 0 = unknown
};

}  // namespace push::store::sqlite
