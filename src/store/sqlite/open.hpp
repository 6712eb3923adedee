// From a path to the handles of a Store: locked, checked, in the schema that the program needs.
#pragma once
#include <string>
#include <vector>

#include "push/config/config.hpp"
#include "push/core/result.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/folder_lock.hpp"
#include "store/sqlite/journal.hpp"

namespace push::store::sqlite {

struct Opened {
  std::string path;
  Journal journal;
  FolderLock lock;
  Database writing;
  Database checkpointing;
  std::vector<Database> reading;
};

// Creates the folder and the file if they are missing. Errors as store::open, without the path.
core::Result<Opened> open_database(const std::string& path, const config::Database& settings);

}  // namespace push::store::sqlite
