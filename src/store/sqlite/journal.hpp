// How SQLite makes transactions atomic: by its write-ahead log, or by the rollback journal where the file system cannot
// share memory between processes (9p, some FUSE file systems and network shares).
#pragma once
#include <string>

#include "push/core/result.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

enum class Journal { write_ahead_log, rollback };

// What the file system of the file at `path` can do, found out with a scratch database next to it, so that the database
// itself is changed by neither. With anything else wrong (a full disk, no permission) it is the write-ahead log, whose
// own error will say so.
Journal find_journal(const std::string& path);

// Switches to the rollback journal, moves what is in a write-ahead log into the file, and writes into its header that
// it needs no such log: Gotify can open it on any file system. To be called before anything else reads the database.
core::Result<void> use_rollback_journal(Database& database);
core::Result<void> use_write_ahead_log(Database& database);

// Before the last handle closes: as use_rollback_journal, unless another program has the database open.
void leave_write_ahead_log(Database& database);

}  // namespace push::store::sqlite
