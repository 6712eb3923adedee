// Deleting messages slice by slice: what the purge thread does with SQLite.
#pragma once
#include "store/purger.hpp"
#include "store/reader_pool.hpp"
#include "store/sqlite.hpp"
#include "store/writer.hpp"

namespace push::store {

// One slice of the messages whose applications were deleted (table sharded_gotify_purges), whoever deleted them and
// when; an application that is done loses its note. Messages of an application that exists are never touched.
core::Result<Purger::Progress> purge_deleted_applications(Writer& writer, Connection& connection, ReaderPool& readers);

}  // namespace push::store
