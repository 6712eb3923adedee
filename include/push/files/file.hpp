// A file's bytes and their HTTP metadata, and files below a folder, never outside of it. Any worker thread; blocks.
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

// The Content-Type for the name's extension, ignoring case; application/octet-stream if unknown.
std::string_view type_of(std::string_view name);

// Dot files, and all that is in dot folders: .git and the like are not meant for browsers.
enum class DotFiles { hidden, served };

// `path` is relative with '/' between names, as in a URL, already decoded. Empty: no regular file there, or a path that
// could lead out of the folder (an empty name, a control character, a symbolic link to elsewhere), or a hidden one.
// Errors: internal, if the file exists but cannot be read.
core::Result<std::optional<File>> read_file(const std::string& folder, std::string_view path,
                                            DotFiles dot_files = DotFiles::hidden);

}  // namespace push::files
