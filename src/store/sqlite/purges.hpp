// Deletes messages in slices: the purge thread's work with SQLite.
#pragma once
#include "store/purger.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

// Deletes one slice of the messages of deleted applications (recorded in table sharded_gotify_purges, also by earlier
// runs of the server). When an application has no messages left, its record is removed. Messages of an existing
// application are never touched.
core::Result<Purger::Progress> purge_deleted_applications(Writer& writer, ReaderPool& readers);

}  // namespace push::store::sqlite
