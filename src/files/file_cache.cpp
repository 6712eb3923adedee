#include "push/files/file_cache.hpp"

#include <algorithm>
#include <utility>

namespace push::files {
namespace {

constexpr std::size_t kLeast = 4096;  // what an entry counts at least, so that their number is bounded, too

}  // namespace

class FileCache::Lease {
 public:
  Lease(FileCache& cache, core::Slice bytes, std::size_t cost)
      : cache_(&cache), bytes_(std::move(bytes)), cost_(cost) {}
  Lease(Lease&& other) noexcept
      : cache_(std::exchange(other.cache_, nullptr)), bytes_(std::move(other.bytes_)), cost_(other.cost_) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease() {
    if (cache_ != nullptr) cache_->used_.fetch_sub(cost_, std::memory_order_relaxed);
  }

 private:
  FileCache* cache_;
  core::Slice bytes_;
  std::size_t cost_;
};

core::Slice FileCache::find(const File& file) {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&file](const Entry& entry) { return entry.path == file.path; });
  if (found == entries_.end()) return {};
  if (found->inode != file.inode || found->modified != file.modified || found->bytes.view.size() != file.size) {
    entries_.erase(found);
    return {};
  }
  entries_.splice(entries_.begin(), entries_, found);
  return found->bytes;
}

// Reserves the bytes. An entry that an answer holds stays: its memory would not come back.
bool FileCache::make_room(std::size_t bytes) {
  const core::Lock lock(mutex_);
  for (auto entry = entries_.end(); used() + bytes > limit_ && entry != entries_.begin();) {
    --entry;
    if (entry->bytes.owner.unique()) entry = entries_.erase(entry);
  }
  if (used() + bytes > limit_) return false;
  used_.fetch_add(bytes, std::memory_order_relaxed);
  return true;
}

core::Slice FileCache::known(const File& file) {
  const core::Lock lock(mutex_);
  return find(file);
}

// Several readers may have read the file at once: all share what the first of them has brought.
core::Slice FileCache::keep(const File& file, core::Slice bytes) {
  const core::Lock lock(mutex_);
  if (core::Slice earlier = find(file); earlier.owner.owns()) return earlier;
  entries_.push_front({file.path, file.inode, file.modified, bytes});
  return bytes;
}

core::Result<FileCache::Part> FileCache::read(const File& file, std::size_t begin, std::size_t size) {
  if (core::Slice bytes = known(file); bytes.owner.owns()) {
    bytes.view = bytes.view.substr(begin, size);
    return Part{std::move(bytes), true};
  }
  const bool whole = begin == 0 && size == file.size && size != 0;
  const std::size_t cost = std::max(size, kLeast);
  if (!whole || !make_room(cost)) {
    auto own = file.read(begin, size);
    if (!own) return std::move(own).error();
    return Part{*std::move(own)};
  }
  auto read = file.read();
  if (!read) {
    used_.fetch_sub(cost, std::memory_order_relaxed);
    return std::move(read).error();
  }
  core::Slice bytes;
  bytes.view = read->view;
  bytes.owner = core::Bytes::join_behind<Lease>({}, {}, {}, *this, *std::move(read), cost);
  return Part{keep(file, std::move(bytes)), true};
}

}  // namespace push::files
