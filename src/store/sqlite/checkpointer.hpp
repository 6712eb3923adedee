// Looks after the database file, with its own thread and database handle: moves committed pages from the write-ahead
// log into it, and watches that it is still the file that was opened (FileWatch).
//
// It moves pages when the writer asks, and by itself once the log holds anything for kSettle, so that a plain copy of
// the file of a quiet server holds all that was stored. Its PASSIVE checkpoints neither wait for readers and the writer
// nor block them. A long log that nobody has used for kSettle is cut: by then nothing is left to move.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"
#include "push/core/thread.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file_watch.hpp"

namespace push::store::sqlite {

class Checkpointer {
 public:
  // Half of the second within which a file that was moved or damaged must be noticed.
  static constexpr std::chrono::milliseconds kPeriod{500};
  // A minute may pass until a quiet server's file is complete; a few seconds cost no more, and beat most backups.
  static constexpr std::chrono::seconds kSettle{5};
  // What the log keeps of the disk even when it is empty, so that messages can be deleted on a full one. Enough for
  // what is written between two checkpoints that the writer asks for.
  static constexpr off_t kKeptLogBytes = off_t{4} * 1024 * 1024;
  static constexpr std::chrono::seconds kRecheck{10};  // of a damaged file

  // `watch` must outlive it. `check_limit`: for the check of a damaged file.
  Checkpointer(Database database, FileWatch& watch, std::chrono::milliseconds check_limit);
  ~Checkpointer() { impatient_ = true; }  // waits for a running checkpoint
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Any thread: asks for another run; returns immediately.
  void request();
  // The requesting thread only: withdraws a pending request and blocks until a running checkpoint is done; a check of a
  // damaged file is broken off.
  void wait_until_idle();
  // The number of log pages that were in the database file after the last run.
  int moved_pages() const { return moved_.load(std::memory_order_relaxed); }

 private:
  // The log as its file shows it: the same stamp means that nothing was written.
  struct Stamp {
    std::int64_t modified = 0;  // ns
    off_t size = 0;
    bool operator==(const Stamp&) const = default;
  };

  void run(const std::stop_token& stop);
  bool wait(const std::stop_token& stop);
  void finish();
  void attend();
  void recheck();
  Stamp stamp() const;
  bool is_due(const Stamp& now);
  void move_pages(const Stamp& before);
  void cut_log();
  void reserve_log() const;

  Database database_;
  FileWatch& watch_;
  const std::chrono::milliseconds check_limit_;
  std::atomic<int> moved_{0};
  std::atomic<bool> impatient_{false};  // somebody waits for the thread

  // The thread's own.
  bool requested_by_writer_ = false;  // this run
  bool failing_ = false;
  Stamp seen_;
  core::SteadyTime seen_at_{};  // since when the log has this stamp
  Stamp moved_stamp_;           // up to which everything was moved
  std::optional<core::SteadyTime> unmoved_since_;
  core::SteadyTime rechecked_{};  // when a damaged file was last checked

  core::Mutex mutex_;
  core::Condition wake_;
  core::Condition idle_;
  bool requested_ PUSH_GUARDED_BY(mutex_) = false;
  bool running_ PUSH_GUARDED_BY(mutex_) = false;
  core::Thread thread_;
};

}  // namespace push::store::sqlite
