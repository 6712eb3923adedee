#include "push/core/bytes.hpp"

#include <cstring>
#include <new>

namespace push::core {

Bytes::Block* Bytes::allocate(std::size_t size) {
  void* memory = ::operator new(sizeof(Block) + size);
  Block* block = new (memory) Block;
  block->size = size;
  return block;
}

Bytes Bytes::copy(std::string_view text) {
  return join(text, {});
}

Bytes Bytes::join(std::string_view first, std::string_view second, std::string_view third) {
  Bytes bytes;
  bytes.block_ = allocate(first.size() + second.size() + third.size());
  char* at = bytes.block_->data();
  for (const std::string_view part : {first, second, third}) {
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  return bytes;
}

void Bytes::release() noexcept {
  if (block_ == nullptr || block_->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  block_->~Block();
  ::operator delete(block_);
}

}  // namespace push::core
