#include "store/sqlite/disk_room.hpp"

#include <sys/statvfs.h>

#include <algorithm>
#include <utility>

#include "push/core/log.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

constexpr std::int64_t kLogShare = 8;  // of the free space: the log is emptied when it is longer than an eighth

// -1 = unknown.
std::int64_t free_bytes(const std::string& path) {
  struct statvfs about {};
  if (::statvfs(path.c_str(), &about) != 0) return -1;
  return static_cast<std::int64_t>(about.f_bavail) * static_cast<std::int64_t>(about.f_frsize);
}

}  // namespace

DiskRoom::DiskRoom(Database& database, std::string path) : database_(database), path_(std::move(path)) {
  const auto overwrites = one(database_, read_integer<Query>, "PRAGMA secure_delete");
  overwrites_ = overwrites && *overwrites == 1;
}

void DiskRoom::measure_if_due(std::int64_t log_bytes, std::int64_t unmoved_bytes) {
  const auto now = core::steady_now();
  if (log_bytes < measured_log_) measured_log_ = 0;  // the log has restarted
  if (!tight_ && log_bytes - measured_log_ < kMeasureBytes && now - measured_at_ < kMeasurePeriod) return;
  measured_log_ = log_bytes;
  measured_at_ = now;
  free_ = free_bytes(path_);
  const std::int64_t wanted = kReserveBytes + unmoved_bytes;
  set_tight(free_ >= 0 && free_ < wanted);
  set_low(tight_ && free_ + unused_bytes_in_file() < wanted);
}

void DiskRoom::note_full() {
  set_tight(true);
  set_low(true);
}

void DiskRoom::set_tight(bool tight) {
  if (std::exchange(tight_, tight) == tight || !overwrites_) return;
  const auto set = database_.run(tight ? "PRAGMA secure_delete=FAST" : "PRAGMA secure_delete=ON");
  if (!set) spdlog::warn("cannot set how rows are deleted error=\"{}\"", set.error().text);
}

void DiskRoom::set_low(bool low) {
  if (std::exchange(low_, low) == low) return;
  if (low) {
    spdlog::error("disk is full, new messages are refused path=\"{}\" free_bytes={} action=\"make room\"", path_,
                  free_);
  } else {
    spdlog::info("there is room for messages again path=\"{}\" free_bytes={} unused_bytes_in_file={}", path_, free_,
                 unused_bytes_in_file());
  }
}

core::Error DiskRoom::refusal() const {
  return core::failure(core::ErrorCode::unavailable, "database: the disk is full");
}

std::int64_t DiskRoom::log_limit(std::int64_t usual) const {
  return free_ < 0 ? usual : std::clamp(free_ / kLogShare, std::min(kMeasureBytes, usual), usual);
}

// Pages of deleted rows, which new ones will use.
std::int64_t DiskRoom::unused_bytes_in_file() {
  const auto pages = one(database_, read_integer<Query>,
                         "SELECT freelist_count * page_size"
                         " FROM pragma_freelist_count, pragma_page_size");
  return pages && *pages ? **pages : 0;
}

}  // namespace push::store::sqlite
