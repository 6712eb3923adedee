// The file that database.connection names.
#pragma once
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::store::sqlite {

// Accepts a path, or a file: URI (its parameters are meant for Gotify's driver and are dropped). invalid: an in-memory
// database, a URI of another host, a malformed escape, an empty path.
core::Result<std::string> database_path(std::string_view connection);

// Whether there is a file. invalid: it is a folder.
core::Result<bool> is_there(const std::string& path);

// The file that a path leads to through symbolic links: SQLite keeps its log, and we keep our lock, next to that one.
// The path itself if that cannot be found out.
std::string resolved(const std::string& path);

}  // namespace push::store::sqlite
