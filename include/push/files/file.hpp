// A file's bytes and what HTTP says of them, and files below a folder that may not be left. Any worker thread; blocks.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"

namespace push::files {

struct File {
  std::string bytes;
  std::string_view type;  // type_of() its name
  core::WallTime modified;
};

// A Content-Type by the name's extension, whatever its case; application/octet-stream if nothing is known.
std::string_view type_of(std::string_view name);

// `path` is relative with '/' between names, as a URL has it, already decoded. Empty: no regular file there, or a path
// that could lead out of the folder (an empty, "." or ".." name, a zero byte). Symbolic links are followed: they are
// the folder's owner's. internal: there, but unreadable.
core::Result<std::optional<File>> read_file(const std::string& folder, std::string_view path);

}  // namespace push::files
