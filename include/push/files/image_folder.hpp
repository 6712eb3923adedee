// The pictures of applications: files in `uploadedimagesdir`, named by 25 random characters and the extension that they
// were uploaded with (gotify-spec 1.6, 1.9, 7.6). Gotify's own names are served as well. Any worker thread; blocks.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "push/core/result.hpp"
#include "push/files/file.hpp"

namespace push::files {

class ImageFolder {
 public:
  explicit ImageFolder(std::string path) : path_(std::move(path)) {}

  // Creates the folder (0755) and removes what an upload that never ended left there. unavailable, with path and
  // reason.
  core::Result<void> prepare() const;
  // The new file's name; on disk when it returns. invalid: "file must be an image", "invalid file extension".
  // unavailable: the disk would not have it, and nothing is left of it.
  core::Result<std::string> save(std::string_view upload_name, std::string_view bytes) const;
  // A file that is not there is no error; anything else is logged. "" and names that cannot be ours are left alone.
  void remove(const std::string& name) const;
  // Empty: no such image, or a name that cannot be one (path separators, another extension).
  core::Result<std::optional<File>> read(std::string_view name) const;

 private:
  std::string path_;
};

}  // namespace push::files
