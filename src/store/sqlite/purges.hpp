// Deletes messages in slices: the purge thread's work with SQLite.
#pragma once
#include <cstdint>

#include "store/purger.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

// Deletes the oldest messages of the application, at most `rows` of those up to `bound`, with what else is stored about
// them; returns their number. The caller logs the event. Writer thread.
core::Result<std::int64_t> delete_oldest(Database& database, std::int64_t application, std::int64_t bound,
                                         std::int64_t rows);

// Deletes one slice of the messages of deleted applications (recorded in table sharded_gotify_purges, also by earlier
// runs of the server). When an application has no messages left, its record is removed. Messages of an existing
// application are never touched.
core::Result<Purger::Progress> purge_deleted_applications(Writer& writer, ReaderPool& readers);

}  // namespace push::store::sqlite
