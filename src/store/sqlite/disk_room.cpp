#include "store/sqlite/disk_room.hpp"

#include <sys/statvfs.h>

#include <algorithm>

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

void DiskRoom::measure_if_due(std::int64_t log_bytes, std::int64_t unmoved_bytes) {
  if (log_bytes < measured_at_) measured_at_ = 0;  // the log has restarted
  if (!low_ && free_ >= 0 && log_bytes - measured_at_ < kMeasureBytes) return;
  measured_at_ = log_bytes;
  free_ = free_bytes(path_);
  const bool was_low = low_;
  low_ = free_ >= 0 && free_ < kReserveBytes + unmoved_bytes &&
         free_ + unused_bytes_in_file() < kReserveBytes + unmoved_bytes;
  if (low_ == was_low) return;
  if (low_) {
    spdlog::error("disk is full, new messages are refused path=\"{}\" free_bytes={} action=\"make room\"", path_,
                  free_);
  } else {
    spdlog::info("disk has room again path=\"{}\" free_bytes={}", path_, free_);
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
  const auto pages = one(database_, read_integer,
                         "SELECT freelist_count * page_size"
                         " FROM pragma_freelist_count, pragma_page_size");
  return pages && *pages ? **pages : 0;
}

}  // namespace push::store::sqlite
