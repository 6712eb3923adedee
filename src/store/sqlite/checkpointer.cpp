#include "store/sqlite/checkpointer.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <utility>

#include "push/core/descriptor.hpp"
#include "push/core/log.hpp"
#include "store/sqlite/check.hpp"

namespace push::store::sqlite {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;  // per second

}  // namespace

Checkpointer::Checkpointer(Database database, FileWatch& watch, std::chrono::milliseconds check_limit)
    : database_(std::move(database)),
      watch_(watch),
      check_limit_(check_limit),
      thread_("checkpointer", [this](const std::stop_token& stop) { run(stop); }) {}

void Checkpointer::request() {
  core::Lock lock(mutex_);
  requested_ = true;
  wake_.notify_one();
}

void Checkpointer::wait_until_idle() {
  impatient_ = true;
  core::Lock lock(mutex_);
  requested_ = false;
  while (running_) idle_.wait(mutex_);
  impatient_ = false;
}

void Checkpointer::run(const std::stop_token& stop) {
  reserve_log();
  while (wait(stop)) {
    attend();
    finish();
  }
}

// False: stop.
bool Checkpointer::wait(const std::stop_token& stop) {
  core::Lock lock(mutex_);
  if (!requested_ && !stop.stop_requested()) wake_.wait_for(mutex_, stop, kPeriod);
  if (stop.stop_requested()) return false;
  requested_by_writer_ = std::exchange(requested_, false);
  return running_ = true;
}

void Checkpointer::finish() {
  core::Lock lock(mutex_);
  running_ = false;
  idle_.notify_all();
}

void Checkpointer::attend() {
  const bool usable = watch_.examine(database_);
  if (watch_.damaged()) recheck();
  if (watch_.log_path().empty() || !usable) return;
  const Stamp now = stamp();
  const bool log_is_gone = !watch_.placed();  // then what it holds is safe only in the file
  if (is_due(now) || requested_by_writer_ || log_is_gone) {
    move_pages(now);
  } else if (now == moved_stamp_ && now.size > kKeptLogBytes && core::steady_now() - seen_at_ >= kSettle) {
    cut_log();
  }
}

// A page that could not be read once may be readable again. Only a check of the whole file can tell.
void Checkpointer::recheck() {
  const auto now = core::steady_now();
  if (now - rechecked_ < kRecheck) return;
  rechecked_ = now;
  const auto checked = quick_check(database_, check_limit_, &impatient_);
  if (checked && *checked == Soundness::sound) watch_.note_repaired();
}

Checkpointer::Stamp Checkpointer::stamp() const {
  struct stat about {};
  if (::stat(watch_.log_path().c_str(), &about) != 0) return {};
  return {about.st_mtim.tv_sec * kNanoseconds + about.st_mtim.tv_nsec, about.st_size};
}

// Whether the log has held something that is not in the file for kSettle.
bool Checkpointer::is_due(const Stamp& now) {
  const auto time = core::steady_now();
  if (now != seen_) {
    seen_ = now;
    seen_at_ = time;
  }
  if (now.size == 0 || now == moved_stamp_) {
    unmoved_since_.reset();
    return false;
  }
  if (!unmoved_since_) unmoved_since_ = time;
  return time - *unmoved_since_ >= kSettle;
}

void Checkpointer::move_pages(const Stamp& before) {
  const FileWatch::Checkpoint checkpoint(watch_, database_);
  int logged = 0;
  int moved = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &logged, &moved);
  if (code == SQLITE_OK) {
    moved_.store(moved, std::memory_order_relaxed);
    unmoved_since_.reset();
    if (moved == logged) moved_stamp_ = before;
  }
  const bool failed = code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY;
  if (failed && !failing_) {
    spdlog::warn("checkpoint failed, write-ahead log keeps growing error=\"{}\"",
                 failure_of(database_.handle(), code, "checkpoint").text);
  }
  failing_ = failed;
}

// A reader or the writer that is at work right now wins; the next period tries again.
void Checkpointer::cut_log() {
  const FileWatch::Checkpoint checkpoint(watch_, database_);
  sqlite3_busy_timeout(database_.handle(), 0);
  sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  reserve_log();
}

// Blocks of the disk beyond the log's end. Where the file system cannot do that there is no reserve. (SQLite has no
// locks on the log, which closing a descriptor would drop.)
void Checkpointer::reserve_log() const {
  if (watch_.log_path().empty()) return;
  const core::Descriptor log(::open(watch_.log_path().c_str(), O_WRONLY | O_CLOEXEC));
  if (log) static_cast<void>(::fallocate(log.get(), FALLOC_FL_KEEP_SIZE, 0, kKeptLogBytes));
}

}  // namespace push::store::sqlite
