// The pictures of applications: files in `uploadedimagesdir`, named by 25 random characters and the extension of the
// uploaded file (protocol 1.6, 1.9, 7.6). Gotify's own names are served as well. Any worker thread; blocks.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "push/core/result.hpp"
#include "push/files/file.hpp"

namespace push::files {

class ImageFolder {
 public:
  explicit ImageFolder(std::string path) : path_(std::move(path)) {}

  // Creates the folder and removes the remains of interrupted uploads. Errors: unavailable, with path and
  // reason.
  core::Result<void> prepare() const;
  // Puts aside the pictures that are not in `named`, at most those whose names could be ours, and removes those that it
  // put aside a week ago; one that is named again is put back. Only in the folder of one database: its file `.database`
  // holds `owner`, which is any text that differs for every database. The first call writes it and does no more; a
  // second owner turns it to "several", and nothing is done from then on. Not to be called while files are uploaded.
  void sweep(const std::unordered_set<std::string>& named, const std::string& owner) const;
  // Returns the new file's name; the file is on disk by then. Errors: invalid ("file must be an image", "invalid file
  // extension"); unavailable if it could not be written, and nothing is left of it.
  core::Result<std::string> save(std::string_view upload_name, std::string_view bytes) const;
  // Writes a picture that has a name already, in the place of one of that name. The file is on disk by then. Errors:
  // invalid (a name that no picture has), unavailable.
  core::Result<void> put(const std::string& name, std::string_view bytes) const;
  // A missing file is no error; any other failure is logged. "" and names that cannot be ours are ignored.
  void remove(const std::string& name) const;
  // Whether it could be the name of one.
  static bool could_be(std::string_view name);
  // Empty: no such image, or a name that cannot be one (a path separator, another extension).
  core::Result<std::optional<File>> open(std::string_view name) const;

 private:
  struct Swept {
    std::size_t put_aside = 0;
    std::size_t removed = 0;
  };
  void sweep_one(const std::string& name, const std::unordered_set<std::string>& named, Swept& swept) const;

  std::string path_;
};

}  // namespace push::files
