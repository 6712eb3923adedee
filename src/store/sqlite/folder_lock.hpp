// One server per database: a lock on the file `<database>-lock` next to it, which names the server that holds it. The
// kernel drops the lock when the process ends, however it ends; a clean end removes the file. Gotify ignores it.
#pragma once
#include <string>
#include <utility>

#include "push/core/descriptor.hpp"
#include "push/core/result.hpp"

namespace push::store::sqlite {

class FolderLock {
 public:
  // `database`: the path of its file; symbolic links to one file lead to one lock. unavailable: another server holds
  // the lock; the error names it. Where the file system cannot lock, or the lock file cannot be written, a warning is
  // logged and nothing is locked.
  static core::Result<FolderLock> take(const std::string& database);
  FolderLock(FolderLock&&) = default;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();  // removes the file

 private:
  FolderLock(core::Descriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}

  core::Descriptor file_;  // none: not locked
  std::string path_;
};

}  // namespace push::store::sqlite
