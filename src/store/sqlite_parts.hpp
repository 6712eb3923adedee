// What a SqliteStore is made of, in the order in which it is built; taken down backwards, so that the writer's
// connection closes last and takes the write-ahead log with it.
#pragma once
#include <atomic>
#include <utility>
#include <vector>

#include "push/store/sqlite_store.hpp"
#include "store/checkpointer.hpp"
#include "store/purger.hpp"
#include "store/reader_pool.hpp"
#include "store/sqlite.hpp"
#include "store/sqlite_backend.hpp"
#include "store/sqlite_purges.hpp"
#include "store/writer.hpp"

namespace push::store {

struct SqliteStore::Parts {
  Parts(Connection writing, std::vector<Connection> reading, Connection checkpointing, const config::Database& database,
        metrics::Registry& metrics)
      : connection(std::move(writing)),
        readers(std::move(reading)),
        checkpointer(std::move(checkpointing)),
        backend(connection, checkpointer, database.busytimeoutmilliseconds, metrics),
        writer(backend,
               Writer::Limits{.queue = database.queue, .batch = database.batch, .queue_bytes = database.queuebytes},
               metrics),
        purger([this] { return purge_deleted_applications(writer, connection, readers); }, metrics,
               Purger::Limits{.queue = database.purgequeue}) {}

  Connection connection;  // the writer thread's
  ReaderPool readers;
  Checkpointer checkpointer;
  SqliteBackend backend;
  Writer writer;
  Purger purger;
  std::atomic<core::WallTime> next_foreign_expiry{};  // of a client whose expiry another program wrote; 0 = look
};

}  // namespace push::store
