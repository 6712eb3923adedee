// Immutable bytes with shared ownership: one allocation holds the count and the data. A message is encoded into one
// Bytes and every connection on every loop sends from it. Copying costs one atomic increment; any thread may hold one.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

namespace push::core {

class Bytes {
 public:
  Bytes() = default;
  static Bytes copy(std::string_view text);
  // The concatenation, in one allocation.
  static Bytes join(std::string_view first, std::string_view second, std::string_view third = {});
  // The same, preceded by a T that lives in the same allocation and is destroyed with the bytes. head() must be called
  // with the type that was stored.
  template <class T, class... Arguments>
  static Bytes join_behind(std::string_view first, std::string_view second, std::string_view third,
                           Arguments&&... arguments);
  template <class T>
  const T& head() const {
    return *std::launder(reinterpret_cast<const T*>(block_ + 1));
  }

  Bytes(const Bytes& other) noexcept : block_(other.block_) {
    if (block_ != nullptr) block_->references.fetch_add(1, std::memory_order_relaxed);
  }
  Bytes(Bytes&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  Bytes& operator=(Bytes other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~Bytes() { release(); }

  std::string_view view() const {
    return block_ == nullptr ? std::string_view() : std::string_view(block_->data(), block_->size);
  }
  std::size_t size() const { return block_ == nullptr ? 0 : block_->size; }
  bool empty() const { return size() == 0; }
  // Whether there is an allocation, and whether this is its only owner.
  bool owns() const { return block_ != nullptr; }
  bool unique() const { return block_ != nullptr && block_->references.load(std::memory_order_acquire) == 1; }

 private:
  struct Block {
    std::atomic<std::uint32_t> references{1};
    std::uint32_t head = 0;  // bytes between the block and the data
    std::size_t size = 0;
    void (*end_head)(Block&) noexcept = nullptr;  // destroys the head
    char* data() { return reinterpret_cast<char*>(this + 1) + head; }
  };
  static Bytes gather(std::size_t head, std::string_view first, std::string_view second, std::string_view third);
  void release() noexcept;

  Block* block_ = nullptr;
};

template <class T, class... Arguments>
Bytes Bytes::join_behind(std::string_view first, std::string_view second, std::string_view third,
                         Arguments&&... arguments) {
  static_assert(alignof(T) <= alignof(Block) && sizeof(T) % alignof(Block) == 0);
  Bytes bytes = gather(sizeof(T), first, second, third);
  new (bytes.block_ + 1) T{std::forward<Arguments>(arguments)...};
  bytes.block_->end_head = [](Block& block) noexcept { std::destroy_at(reinterpret_cast<T*>(&block + 1)); };
  return bytes;
}

// A part of a Bytes, kept alive by it: e.g. a response body inside the frame that holds the same JSON.
struct Slice {
  Bytes owner;
  std::string_view view;

  Slice() = default;
  explicit Slice(Bytes bytes) : owner(std::move(bytes)), view(owner.view()) {}
  Slice(Bytes bytes, std::string_view part) : owner(std::move(bytes)), view(part) {}
  static Slice copy(std::string_view text) { return Slice(Bytes::copy(text)); }
  // The text in the memory that it has, without its first `skip` bytes.
  static Slice take(std::string text, std::size_t skip = 0) {
    Slice slice(Bytes::join_behind<std::string>({}, {}, {}, std::move(text)));
    slice.view = std::string_view(slice.owner.head<std::string>()).substr(skip);
    return slice;
  }
};

}  // namespace push::core
