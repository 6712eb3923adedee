// Files that are served often, as shared bytes: many answers with the same picture hold it once. Bounded by what its
// files occupy in memory, those included that a slow answer still holds after they left the cache. Any thread; outlives
// the bytes that it gives out.
#pragma once
#include <atomic>
#include <cstddef>
#include <list>
#include <string>

#include "push/core/bytes.hpp"
#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "push/files/file.hpp"

namespace push::files {

class FileCache {
 public:
  explicit FileCache(std::size_t limit) : limit_(limit) {}

  struct Part {
    core::Slice bytes;
    bool shared = false;  // false: there was no room, or only a part was asked for; the caller's own
  };
  // Reads the whole file into the cache if all of it is asked for, otherwise only the part. Errors: File::read's.
  core::Result<Part> read(const File& file, std::size_t begin, std::size_t size);

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::string path;
    ino_t inode;
    core::WallTime modified;
    core::Slice bytes;
  };
  // Gives its bytes back to the cache's limit.
  class Lease;

  core::Slice find(const File& file) PUSH_REQUIRES(mutex_);
  core::Slice known(const File& file);
  core::Slice keep(const File& file, core::Slice bytes);
  bool make_room(std::size_t bytes);

  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
  core::Mutex mutex_;
  std::list<Entry> entries_ PUSH_GUARDED_BY(mutex_);  // the most recently used first
};

}  // namespace push::files
