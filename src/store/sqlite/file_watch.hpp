// Whether the database is still the file that this server opened. Somebody may move, remove, replace or overwrite it,
// or its log, while the server runs; SQLite would write on into files that nobody will ever read. The first look that
// finds it logs one line that says what to do; from then on nothing is written until the file is back.
//
// A file that was replaced never counts again, even if the former one comes back: the server must be restarted. Its
// log, which belongs to the former file and would spoil the new one, is renamed to `<database>-wal.former`.
#pragma once
#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/journal.hpp"

namespace push::store::sqlite {

class FileWatch {
 public:
  // Once the database has been read: its files exist by then.
  FileWatch(const std::string& path, Journal journal);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

  const std::string& log_path() const { return log_; }  // "" = there is no write-ahead log

  // Any thread, never blocks. unavailable: what is wrong.
  core::Result<void> state() const;
  // The same without damage, which does not stop writes.
  core::Result<void> placed() const {
    const Place place = place_.load(std::memory_order_relaxed);
    if (place == Place::right) return {};
    return refusal(place);
  }
  bool damaged() const { return damaged_.load(std::memory_order_relaxed); }
  bool replaced() const { return place_.load(std::memory_order_relaxed) == Place::replaced; }

  // Any thread: three system calls that ask whether the database and its log are in their places. Returns placed().
  core::Result<void> look();
  // The same, but asks for the database alone if it is in its place: one system call.
  core::Result<void> look_at_file();
  // The same, and whether the file was overwritten; `database`, the caller's own handle, must have been read. False:
  // do not move the log into the file. To be called before every checkpoint.
  bool examine(Database& database);

  // Any thread: SQLite's extended code of a failure, 0 = none. Damaged pages, and reads that fail, turn state() to an
  // error until note_repaired().
  void note_failure(int code);
  void note_repaired();

  // Surrounds whatever of ours writes the database file (with a log, checkpoints only).
  class Checkpoint {
   public:
    Checkpoint(FileWatch& watch, Database& database);
    ~Checkpoint();
    Checkpoint(const Checkpoint&) = delete;
    Checkpoint& operator=(const Checkpoint&) = delete;

   private:
    FileWatch& watch_;
    Database& database_;
  };

 private:
  enum class Place { right, file_gone, log_gone, replaced };
  struct Identity {
    dev_t device = 0;
    ino_t number = 0;
    bool operator==(const Identity&) const = default;
  };
  // When and how far the database file was last written, and what the log's index says was moved into it.
  struct Content {
    std::int64_t modified = 0;  // ns
    off_t size = 0;
    bool same_file(const Content& other) const { return modified == other.modified && size == other.size; }
    std::array<std::uint32_t, 3> moved{};  // the log's salts, number of frames moved
    bool moving = false;                   // a checkpoint is under way, maybe another program's
  };

  static std::optional<Identity> identity_of(const std::string& path);
  core::Error refusal(Place place) const;
  Place find_place() const;
  void become(Place place);
  void note_damage();
  std::optional<Content> content_of(Database& database) const;
  bool is_overwritten(Database& database);

  const std::string path_;  // absolute
  const std::string log_;   // "" = none
  const std::string index_;
  std::optional<Identity> file_identity_;
  std::optional<Identity> log_identity_;
  std::optional<Identity> index_identity_;
  std::atomic<Place> place_{Place::right};
  std::atomic<bool> damaged_{false};

  core::Mutex mutex_;
  int checkpoints_ PUSH_GUARDED_BY(mutex_) = 0;           // of ours, under way
  std::optional<Content> known_ PUSH_GUARDED_BY(mutex_);  // empty = to be learned
};

}  // namespace push::store::sqlite
