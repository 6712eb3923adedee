#include "store/sqlite/file_watch.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "push/core/log.hpp"
#include "store/sqlite/path.hpp"

namespace push::store::sqlite {
namespace {

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::string_view kMagic = "SQLite format 3";

std::string absolute(const std::string& path) {
  std::error_code error;
  const auto whole = std::filesystem::absolute(path, error);
  return error ? path : whole.string();
}

sqlite3_file* file_of(Database& database) {
  sqlite3_file* file = nullptr;
  const int code = sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  return code == SQLITE_OK && file != nullptr && file->pMethods != nullptr ? file : nullptr;
}

// SQLite's own descriptor: closing another one of this file would drop the locks that this process has on it.
bool has_magic(Database& database) {
  sqlite3_file* file = file_of(database);
  if (file == nullptr) return true;
  std::array<char, kMagic.size() + 1> bytes{};
  const int code = file->pMethods->xRead(file, bytes.data(), static_cast<int>(bytes.size()), 0);
  return code == SQLITE_OK && std::string_view(bytes.data()) == kMagic;
}

}  // namespace

FileWatch::FileWatch(const std::string& path, Journal journal)
    : path_(absolute(path)),
      log_(journal == Journal::write_ahead_log ? resolved(path) + "-wal" : ""),
      index_(journal == Journal::write_ahead_log ? resolved(path) + "-shm" : ""),
      file_identity_(identity_of(path_)),
      log_identity_(identity_of(log_)),
      index_identity_(identity_of(index_)) {}

std::optional<FileWatch::Identity> FileWatch::identity_of(const std::string& path) {
  struct stat about {};
  if (path.empty() || ::stat(path.c_str(), &about) != 0) return std::nullopt;
  return Identity{about.st_dev, about.st_ino};
}

core::Error FileWatch::refusal(Place place) const {
  std::string text = "database: " + path_ + ": ";
  switch (place) {
    case Place::right:
      break;
    case Place::file_gone:
      text += "the file was moved or removed while the server was running";
      break;
    case Place::log_gone:
      text += "the file's log (-wal, -shm) was moved or removed while the server was running";
      break;
    case Place::replaced:
      text += "the file was replaced or overwritten while the server was running";
      break;
  }
  return core::failure(core::ErrorCode::unavailable, std::move(text));
}

core::Result<void> FileWatch::state() const {
  if (auto place = placed(); !place) return place;
  if (!damaged()) return {};
  return core::failure(core::ErrorCode::unavailable, "database: " + path_ + ": the file is damaged or cannot be read");
}

FileWatch::Place FileWatch::find_place() const {
  const auto file = identity_of(path_);
  if (!file) return Place::file_gone;
  if (file != file_identity_) return Place::replaced;
  const bool log = identity_of(log_) == log_identity_ && identity_of(index_) == index_identity_;
  return log ? Place::right : Place::log_gone;
}

core::Result<void> FileWatch::look() {
  if (!replaced()) become(find_place());
  return placed();
}

core::Result<void> FileWatch::look_at_file() {
  return identity_of(path_) == file_identity_ ? placed() : look();
}

bool FileWatch::examine(Database& database) {
  static_cast<void>(look());
  const Place place = place_.load(std::memory_order_relaxed);
  if (place == Place::file_gone || place == Place::replaced) return false;
  if (!has_magic(database)) note_damage();
  if (is_overwritten(database)) become(Place::replaced);
  return !replaced();  // even without its log's name: what is in the log is safe only in the file
}

// The line for each change, once whoever notices it.
void FileWatch::become(Place place) {
  const Place former = place_.exchange(place);
  if (former == place) return;
  if (former == Place::replaced) {
    place_ = former;
    return;
  }
  switch (place) {
    case Place::right:
      spdlog::info("database is back in its place, writes are accepted again path=\"{}\"", path_);
      return;
    case Place::file_gone:
      spdlog::error(
          "database was moved or removed, writes are refused path=\"{}\" "
          "action=\"put the same file back, or stop the server and restore a backup\"",
          path_);
      return;
    case Place::log_gone:
      spdlog::error(
          "database log (-wal, -shm) was moved or removed, writes are refused path=\"{}\" "
          "action=\"restart the server: what was stored is moved into the database file\"",
          path_);
      return;
    case Place::replaced:
      break;
  }
  const std::string aside = log_ + ".former";
  if (!log_.empty() && identity_of(log_) == log_identity_ && std::rename(log_.c_str(), aside.c_str()) != 0) {
    spdlog::error("cannot rename the former log path=\"{}\" error=\"{}\"", log_, std::strerror(errno));
  }
  spdlog::error(
      "database was replaced or overwritten, writes are refused path=\"{}\" "
      "action=\"restart the server to use the file that is there now; next time stop it first\" "
      "former_log=\"{}\"",
      path_, log_.empty() ? "none" : aside);
}

// With the log, only checkpoints write the file, and they leave a trace in the log's index (its format is documented at
// sqlite.org/walformat.html): a file that changed without one was written by something that is not SQLite.
bool FileWatch::is_overwritten(Database& database) {
  if (log_.empty()) return false;
  core::Lock lock(mutex_);
  if (checkpoints_ > 0) return false;
  const auto now = content_of(database);
  if (!now || now->moving) return false;
  if (known_ && !known_->same_file(*now) && known_->moved == now->moved) return true;
  known_ = now;
  return false;
}

std::optional<FileWatch::Content> FileWatch::content_of(Database& database) const {
  struct stat about {};
  if (::stat(path_.c_str(), &about) != 0) return std::nullopt;
  constexpr int kIndexBytes = 32 * 1024;
  sqlite3_file* file = file_of(database);
  volatile void* region = nullptr;
  if (file == nullptr || file->pMethods->iVersion < 2 ||
      file->pMethods->xShmMap(file, 0, kIndexBytes, 0, &region) != SQLITE_OK || region == nullptr) {
    return std::nullopt;
  }
  const auto* words = static_cast<volatile std::uint32_t*>(region);
  constexpr int kSalts = 8;
  constexpr int kMoved = 24;
  constexpr int kMovedAttempted = 32;
  Content content;
  content.modified = about.st_mtim.tv_sec * kNanosecondsPerSecond + about.st_mtim.tv_nsec;
  content.size = about.st_size;
  content.moved = {words[kSalts], words[kSalts + 1], words[kMoved]};
  content.moving = words[kMovedAttempted] > words[kMoved];
  return content;
}

FileWatch::Checkpoint::Checkpoint(FileWatch& watch, Database& database) : watch_(watch), database_(database) {
  core::Lock lock(watch_.mutex_);
  ++watch_.checkpoints_;
}

FileWatch::Checkpoint::~Checkpoint() {
  core::Lock lock(watch_.mutex_);
  if (--watch_.checkpoints_ == 0) watch_.known_ = watch_.content_of(database_);
}

void FileWatch::note_failure(int code) {
  const int kind = code & 0xFF;
  const bool damage = kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB || code == SQLITE_IOERR_READ ||
                      code == SQLITE_IOERR_SHORT_READ || code == SQLITE_IOERR_CORRUPTFS;
  if (damage) note_damage();
}

void FileWatch::note_damage() {
  if (damaged_.exchange(true)) return;
  spdlog::error(
      "database is damaged or cannot be read path=\"{}\" "
      "action=\"check the disk, then stop the server and restore a backup, or try sqlite3's .recover\"",
      path_);
}

void FileWatch::note_repaired() {
  if (damaged_.exchange(false)) spdlog::info("database can be read again and is sound path=\"{}\"", path_);
}

}  // namespace push::store::sqlite
