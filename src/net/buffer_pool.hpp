// Buffers of one size (config readbuffersize, writebuffersize) that a connection borrows while data is in flight. A few
// are kept for the next borrower; the rest go back to the allocator, so that a burst does not hold memory afterwards.
// One thread.
#pragma once
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace push::net {

class BufferPool {
 public:
  using Buffer = std::unique_ptr<char[]>;
  static constexpr std::size_t kKept = 64;

  explicit BufferPool(std::size_t size) : size_(size) {}

  Buffer borrow() {
    if (free_.empty()) return std::make_unique_for_overwrite<char[]>(size_);
    Buffer buffer = std::move(free_.back());
    free_.pop_back();
    return buffer;
  }
  void give_back(Buffer buffer) {
    if (buffer != nullptr && free_.size() < kKept) free_.push_back(std::move(buffer));
  }
  std::size_t size() const { return size_; }

 private:
  const std::size_t size_;
  std::vector<Buffer> free_;
};

}  // namespace push::net
