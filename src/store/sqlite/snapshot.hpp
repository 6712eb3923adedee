// One state of the database for several queries.
#pragma once
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

class Snapshot {
 public:
  // Of a reader; ends before its lease.
  explicit Snapshot(Database& database) : database_(database), begun_(database.change("BEGIN")) {}
  ~Snapshot() {
    if (begun_) static_cast<void>(database_.change("COMMIT"));
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  const core::Result<std::int64_t>& begun() const { return begun_; }

 private:
  Database& database_;
  core::Result<std::int64_t> begun_;
};

}  // namespace push::store::sqlite
