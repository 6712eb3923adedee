// Deleting messages slice by slice: what the purge thread does with SQLite.
#pragma once
#include "store/purger.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

// One slice of the messages whose applications were deleted (table sharded_gotify_purges), whoever deleted them and
// when; an application that is done loses its note. Messages of an application that exists are never touched.
core::Result<Purger::Progress> purge_deleted_applications(Writer& writer, ReaderPool& readers);

}  // namespace push::store::sqlite
