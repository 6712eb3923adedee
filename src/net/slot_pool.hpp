// Records in pages of 1,024, addressed by a 32-bit index that never moves: no allocation per record, no doubling, and a
// reference stays valid until its slot is released. One thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace push::net {

inline constexpr std::uint32_t kNone = 0xffffffff;

template <class T>
class SlotPool {
 public:
  static constexpr std::uint32_t kPage = 1024;

  // The slot still has its previous content; the caller sets what it needs.
  std::uint32_t acquire() {
    ++used_;
    if (!free_.empty()) {
      const std::uint32_t slot = free_.back();
      free_.pop_back();
      return slot;
    }
    if (end_ == pages_.size() * kPage) pages_.push_back(std::make_unique<T[]>(kPage));
    return end_++;
  }
  void release(std::uint32_t slot) {
    --used_;
    free_.push_back(slot);
  }

  T& operator[](std::uint32_t slot) { return pages_[slot / kPage][slot % kPage]; }
  const T& operator[](std::uint32_t slot) const { return pages_[slot / kPage][slot % kPage]; }

  std::uint32_t end() const { return end_; }  // every slot ever used is below this
  std::size_t used() const { return used_; }

 private:
  std::vector<std::unique_ptr<T[]>> pages_;
  std::vector<std::uint32_t> free_;
  std::uint32_t end_ = 0;
  std::size_t used_ = 0;
};

}  // namespace push::net
