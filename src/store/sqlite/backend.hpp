// What the writer does with SQLite: transactions, the INSERT of a message, savepoints around anything else, and keeping
// the write-ahead log short.
//
// The log: SQLite's own checkpoint inside a commit is off. After every 4 MB of log, the Checkpointer moves them into
// the database file. Under continuous load the log never empties that way, so above 64 MB the writer restarts it
// between two transactions, when little is left to move; above 128 MB at any moment, after waiting for a running
// checkpoint: a disk that cannot keep up slows the writer down. If a reader still uses the old log, the restart is
// retried after another 1 MB. On a disk that is nearly full the log is kept shorter (DiskRoom).
//
// Nothing is written to a database that is no longer in its place (FileWatch): begin() refuses, and the outcome of a
// commit that went into a file that was just removed is unknown.
//
// A failed COMMIT is settled at once. If it failed after its write (fsync), the log holds a whole transaction that a
// crash would bring back, so another one that changes nothing is written over it. Only if that fails as well is the
// outcome unknown (core::ErrorCode::internal); then no transaction begins before one has been written over it.
#pragma once
#include <atomic>
#include <cstdint>
#include <string>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/metrics/registry.hpp"
#include "store/backend.hpp"
#include "store/sqlite/checkpointer.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/disk_room.hpp"
#include "store/sqlite/file_watch.hpp"
#include "store/sqlite/message_keys.hpp"
#include "store/sqlite/transaction.hpp"

namespace push::store::sqlite {

class Backend final : public store::Backend {
 public:
  // `database` is the writer's, `path` its file, `keys` those of its messages; everything referred to must outlive the
  // backend.
  Backend(Database& database, std::string path, FileWatch& watch, Checkpointer& checkpointer, MessageKeys& keys,
          unsigned busy_timeout_milliseconds, metrics::Registry& metrics);

  core::Result<void> begin() override;
  core::Result<void> insert(std::span<NewMessage> messages, std::span<core::Result<Inserted>> outcomes) override;
  core::Result<void> run(Operation& operation) override;
  core::Result<void> commit() override;
  void rollback() override;
  void rest() override;

  // Any thread: the greatest message id committed so far.
  core::MessageId newest_message() const {
    return core::MessageId{static_cast<std::uint64_t>(newest_.load(std::memory_order_acquire))};
  }

 private:
  bool is_known(NewMessage& message, core::Result<Inserted>& outcome);
  core::Result<Inserted> insert(const NewMessage& message);
  core::Result<void> statement(std::string_view sql);
  std::int64_t log_bytes() const { return std::int64_t{log_pages_} * page_size_; }
  std::int64_t unmoved_bytes() const;  // of the log: not in the file yet
  void note_failure();
  core::Error failed_commit(core::Error error);
  core::Result<void> settle();
  void restart_log();

  Database& database_;
  FileWatch& watch_;
  Checkpointer& checkpointer_;
  MessageKeys& keys_;
  const unsigned busy_timeout_milliseconds_;
  DiskRoom room_;
  Transaction transaction_{database_, &room_};
  metrics::Gauge& log_bytes_;
  std::int64_t inserted_ = 0;  // id of the last message in the open transaction
  std::atomic<std::int64_t> newest_{0};
  core::SteadyTime emptied_at_{};  // the log, on a full disk
  bool unsettled_ = false;         // the log may hold a transaction that has failed
  int page_size_ = 4096;
  int log_pages_ = 0;        // after the last commit
  int requested_pages_ = 0;  // when the checkpointer was last asked
  int restart_pages_ = 0;    // when a restart was last tried without success
};

}  // namespace push::store::sqlite
