#include "store/sqlite/open.hpp"

#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "push/core/clock.hpp"
#include "push/core/log.hpp"
#include "store/sqlite/check.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/schema.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

// At the start there is nobody to answer yet, so a lock of another program (a backup, Gotify on its way out) is waited
// for longer than later: 30 s by default. In multiples of database.busytimeoutmilliseconds.
constexpr int kPatience = 15;
constexpr useconds_t kLockPollMicroseconds = 20'000;

class StartPatience {
 public:
  StartPatience(Database& database, unsigned busy_timeout_milliseconds)
      : database_(database), timeout_(busy_timeout_milliseconds) {
    sqlite3_busy_handler(
        database.handle(), [](void* self, int) { return static_cast<StartPatience*>(self)->wait() ? 1 : 0; }, this);
  }
  ~StartPatience() { sqlite3_busy_timeout(database_.handle(), static_cast<int>(timeout_.count())); }
  StartPatience(const StartPatience&) = delete;
  StartPatience& operator=(const StartPatience&) = delete;

 private:
  bool wait() {
    const auto waited = core::steady_now() - begun_;
    if (waited >= timeout_ * kPatience) return false;
    if (waited >= timeout_ && !std::exchange(said_, true)) {
      spdlog::warn("database is locked by another program, waiting limit_seconds={:.1f}",
                   std::chrono::duration<double>(timeout_ * kPatience).count());
    }
    ::usleep(kLockPollMicroseconds);
    return true;
  }

  Database& database_;
  const std::chrono::milliseconds timeout_;
  const core::SteadyTime begun_ = core::steady_now();
  bool said_ = false;
};

Result<void> create_folder(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return core::failure(core::ErrorCode::unavailable,
                         "cannot create folder " + folder.string() + ": " + error.message());
  }
  return {};
}

// A file that was there before keeps its mode, which may be wanted; in v2 it holds tokens that can be used as they are.
void warn_of_readers(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || (about.st_mode & (S_IROTH | S_IWOTH)) == 0) return;
  spdlog::warn("database can be read by every user of this machine path=\"{}\" mode={:04o} action=\"chmod o= {}\"",
               path, about.st_mode & 07777, path);
}

// A malformed database is refused: a message that is stored in one may be lost, although it was answered with 200.
Result<void> check(Database& database, std::chrono::milliseconds limit) {
  const auto checked = quick_check(database, limit);
  if (!checked) return checked.error();
  if (*checked == Soundness::unknown && limit.count() > 0) {
    spdlog::info("database was checked in part only limit_ms={} key=database.checkmilliseconds", limit.count());
  }
  return {};
}

// What is stored survives a power cut. A rollback journal is removed to commit, so its folder must be synced, too:
// otherwise the journal may be there again after the cut, and undo the transaction.
std::string synchronous(Journal journal) {
  return journal == Journal::rollback ? "PRAGMA synchronous=EXTRA" : "PRAGMA synchronous=FULL";
}

Result<void> set_up(Database& database, Journal journal, const config::Database& settings) {
  const StartPatience patience(database, settings.busytimeoutmilliseconds);
  if (journal == Journal::rollback) {
    if (auto switched = use_rollback_journal(database); !switched) return switched;
  }
  if (auto sound = check(database, std::chrono::milliseconds(settings.checkmilliseconds)); !sound) return sound;
  if (auto set = database.run("PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY"); !set) return set;
  if (auto set = database.run(synchronous(journal)); !set) return set;
  if (auto prepared = prepare_schema(database, core::wall_now()); !prepared) return prepared;
  if (journal == Journal::rollback) return {};
  if (auto switched = use_write_ahead_log(database); !switched) return switched;
  // The first read opens the log, which FileWatch then knows.
  return database.run("SELECT 1 FROM sqlite_master LIMIT 1");
}

}  // namespace

Result<Opened> open_database(const std::string& path, const config::Database& settings) {
  if (auto created = create_folder(path); !created) return created.error();
  const auto connect = [&](Database::Mode mode) {
    return Database::open(path, mode, settings.busytimeoutmilliseconds);
  };
  auto writing = connect(Database::Mode::read_write);
  if (!writing) return writing.error();
  // Only now: a path that cannot be opened gets no lock file next to it.
  auto lock = FolderLock::take(path);
  if (!lock) return lock.error();
  warn_of_readers(path);
  const Journal journal = find_journal(path);
  if (auto ready = set_up(*writing, journal, settings); !ready) return ready.error();
  if (journal == Journal::rollback) {
    spdlog::warn(
        "database uses a rollback journal, which is slower path=\"{}\" "
        "reason=\"its file system cannot share memory, which the write-ahead log needs\"",
        path);
  }
  auto checkpointing = connect(Database::Mode::read_write);
  if (!checkpointing) return checkpointing.error();
  if (auto set = checkpointing->run(synchronous(journal)); !set) return set.error();
  std::vector<Database> readers;
  for (unsigned i = 0; i < settings.readers; ++i) {
    auto reader = connect(Database::Mode::read_only);
    if (!reader) return reader.error();
    readers.push_back(std::move(*reader));
  }
  return Opened{path, journal, *std::move(lock), *std::move(writing), *std::move(checkpointing), std::move(readers)};
}

}  // namespace push::store::sqlite
