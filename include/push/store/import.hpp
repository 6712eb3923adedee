// Copies an SQLite database, of this server or of Gotify, into an empty PostgreSQL database: ids, sequences,
// everything. All of it is one transaction of the target, so whatever ends it, nothing or everything is there.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/config/config.hpp"
#include "push/core/callback.hpp"
#include "push/core/result.hpp"

namespace push::store {

struct ImportProgress {
  std::string_view step;  // the name of a table, "check", "pictures", or "done" once it is committed
  std::uint64_t done = 0;
  std::uint64_t total = 0;  // rows, or pictures
};

struct ImportRequest {
  std::string from;     // path or file: URI of the SQLite database
  config::Database to;  // of dialect postgres
  // The bytes of an application's picture; none: it is missing. Called once for each name.
  core::Callback<core::Result<std::optional<std::string>>(const std::string& name)> picture;
  // Called often: at every step, and about every quarter of a megabyte.
  core::Callback<void(const ImportProgress&)> progress;
};

// Values that the target could not hold as they were.
struct ImportChange {
  std::string column;  // messages.date
  std::string what;
  std::uint64_t rows = 0;
  std::vector<std::int64_t> first;  // their ids, at most kMaxNamed
  static constexpr std::size_t kMaxNamed = 5;
};

struct ImportReport {
  std::string target;  // without secrets
  std::string former;  // not empty: the same data were imported at that time already, and nothing was done now
  struct Table {
    std::string name;
    std::uint64_t rows = 0;
  };
  std::vector<Table> tables;
  std::vector<ImportChange> changes;
  std::uint64_t pictures = 0;
  std::vector<std::string> missing_pictures;  // names
};

// Blocks. The source is only read, as it is at one moment. Errors: not_found (no such file), invalid (no Gotify
// database; the target has other data; what arrived differs), unavailable (a server is using the source or the target,
// or one of them cannot be reached), or an error of `picture`. After all of these the target is as before, except that
// it may have empty tables; internal: it is not known whether the last step is done, and a repetition tells.
core::Result<ImportReport> import_sqlite(ImportRequest request);

}  // namespace push::store
