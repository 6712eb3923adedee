#include "push/core/bytes.hpp"

#include <cstring>
#include <new>

namespace push::core {

Bytes Bytes::copy(std::string_view text) {
  return join(text, {});
}

Bytes Bytes::join(std::string_view first, std::string_view second, std::string_view third) {
  return gather(0, first, second, third);
}

Bytes Bytes::gather(std::size_t head, std::string_view first, std::string_view second, std::string_view third) {
  const std::size_t size = first.size() + second.size() + third.size();
  void* memory = ::operator new(sizeof(Block) + head + size);
  Bytes bytes;
  bytes.block_ = new (memory) Block;
  bytes.block_->head = static_cast<std::uint32_t>(head);
  bytes.block_->size = size;
  char* at = bytes.block_->data();
  for (const std::string_view part : {first, second, third}) {
    if (!part.empty()) std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  return bytes;
}

void Bytes::release() noexcept {
  if (block_ == nullptr || block_->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (block_->end_head != nullptr) block_->end_head(*block_);
  block_->~Block();
  ::operator delete(block_);
}

}  // namespace push::core
