// How much the database may still grow. The last megabytes of the disk are kept for what makes room again: deletions
// need a place in the write-ahead log, and the log can be emptied only if what is in it fits into the file. Meanwhile
// deleted rows are not overwritten with zeros (as Debian's SQLite does, and Gotify's does not): that would take as much
// of the log as the rows themselves.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

class DiskRoom {
 public:
  // Of free space, for deletions: a slice of one (64 rows) writes far less.
  static constexpr std::int64_t kReserveBytes = std::int64_t{4} * 1024 * 1024;
  // Of writes to the log between two measurements.
  static constexpr std::int64_t kMeasureBytes = std::int64_t{1024} * 1024;
  static constexpr std::chrono::seconds kMeasurePeriod{1};

  // `database` is the writer's, `path` its file.
  DiskRoom(Database& database, std::string path);

  // Writer thread, outside of a transaction. `log_bytes`: in the log now; `unmoved_bytes`: not in the file yet.
  void measure_if_due(std::int64_t log_bytes, std::int64_t unmoved_bytes);
  void note_full();  // the disk refused a write; holds until the next measurement
  // Whether new messages must be refused.
  bool low() const { return low_; }
  core::Error refusal() const;
  // How long the log may become before it is emptied, at most `usual`: a share of the free space.
  std::int64_t log_limit(std::int64_t usual) const;

 private:
  std::int64_t unused_bytes_in_file();
  void set_tight(bool tight);
  void set_low(bool low);

  Database& database_;
  const std::string path_;
  bool overwrites_ = false;  // deleted rows, usually
  std::int64_t free_ = -1;   // bytes; -1 = unknown
  std::int64_t measured_log_ = 0;
  core::SteadyTime measured_at_{};
  bool tight_ = false;  // only the reserve is left of the disk
  bool low_ = false;    // and no room in the file
};

}  // namespace push::store::sqlite
