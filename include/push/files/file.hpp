// A file's bytes and their HTTP metadata, and files below a folder, never outside of it. Any worker thread; blocks.
#pragma once
#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "push/core/bytes.hpp"
#include "push/core/clock.hpp"
#include "push/core/descriptor.hpp"
#include "push/core/result.hpp"

namespace push::files {

// An open file, as it was when it was opened.
struct File {
  core::Descriptor descriptor;
  std::string path;
  ino_t inode = 0;
  std::size_t size = 0;
  std::string_view type;  // type_of() its name
  core::WallTime modified;

  // `size` bytes from `begin` on, fewer if the file has shrunk. Errors: internal.
  core::Result<core::Slice> read(std::size_t begin, std::size_t size) const;
  core::Result<core::Slice> read() const { return read(0, size); }
};

// The Content-Type for the name's extension, ignoring case; application/octet-stream if unknown.
std::string_view type_of(std::string_view name);

// Dot files, and all that is in dot folders: .git and the like are not meant for browsers.
enum class DotFiles { hidden, served };

// `path` is relative with '/' between names, as in a URL, already decoded. Empty: no regular file there, or a path that
// could lead out of the folder (an empty name, a control character, a symbolic link to elsewhere), or a hidden one.
// Errors: internal, if the file exists but cannot be read.
core::Result<std::optional<File>> open_file(const std::string& folder, std::string_view path,
                                            DotFiles dot_files = DotFiles::hidden);

}  // namespace push::files
