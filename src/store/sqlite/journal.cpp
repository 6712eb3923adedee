#include "store/sqlite/journal.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include "push/core/log.hpp"
#include "store/sqlite/path.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

core::Result<void> switch_to(Database& database, std::string_view sql, std::string_view wanted) {
  const auto mode = one(database, read_text<Query>, sql);
  if (!mode) return mode.error();
  if (*mode == wanted) return {};
  return core::failure(core::ErrorCode::unavailable,
                       "the database's journal cannot become " + std::string(wanted) + ", it stays " + **mode);
}

// A database in a file of its own, removed with it.
class Scratch {
 public:
  explicit Scratch(const std::string& database) : path_(resolved(database) + "-probe") { remove(); }
  ~Scratch() { remove(); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  void remove() const {
    for (const char* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((path_ + suffix).c_str());
  }
  std::string path_;
};

bool is_about_shared_memory(int code) {
  return code == SQLITE_IOERR_SHMOPEN || code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_SHMLOCK ||
         code == SQLITE_IOERR_SHMMAP;
}

}  // namespace

Journal find_journal(const std::string& path) {
  const Scratch scratch(path);
  auto database = Database::open(scratch.path(), Database::Mode::read_write, 0);
  if (!database) return Journal::write_ahead_log;
  if (!database->run("PRAGMA synchronous=OFF")) return Journal::write_ahead_log;
  if (const auto mode = one(*database, read_text<Query>, "PRAGMA journal_mode=WAL"); mode && *mode && **mode != "wal") {
    return Journal::rollback;
  }
  // The first use of the log opens its shared memory.
  if (database->run("CREATE TABLE scratch (x)")) return Journal::write_ahead_log;
  return is_about_shared_memory(sqlite3_extended_errcode(database->handle())) ? Journal::rollback
                                                                              : Journal::write_ahead_log;
}

core::Result<void> use_rollback_journal(Database& database) {
  // Nobody else may use the database meanwhile; that is why a log can then be read without shared memory.
  if (auto alone = database.run("PRAGMA locking_mode=EXCLUSIVE"); !alone) return alone;
  if (auto switched = switch_to(database, "PRAGMA journal_mode=DELETE", "delete"); !switched) return switched;
  // The lock ends with the next read.
  return database.run("PRAGMA locking_mode=NORMAL; SELECT 1 FROM sqlite_master LIMIT 1");
}

core::Result<void> use_write_ahead_log(Database& database) {
  return switch_to(database, "PRAGMA journal_mode=WAL", "wal");
}

void leave_write_ahead_log(Database& database) {
  sqlite3_busy_timeout(database.handle(), 0);
  if (auto left = switch_to(database, "PRAGMA journal_mode=DELETE", "delete"); !left) {
    spdlog::info("database keeps its write-ahead log error=\"{}\"", left.error().text);
  }
}

}  // namespace push::store::sqlite
