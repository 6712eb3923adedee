#include "net/outbox.hpp"

#include <cstring>

#include "push/core/check.hpp"

namespace push::net {

Outbox::Pushed Outbox::push(const stream::Message& message, std::size_t offset, const Limits& limits) {
  const std::size_t size = message.encoded(encoding_).size() - offset;
  Pushed result = Pushed::queued;
  while (frames() > 0 && (frames() >= limits.frames || waiting_ + size > limits.bytes)) {
    if (limits.overflow == config::Overflow::close) return Pushed::overflow;
    const std::size_t oldest = first_ + (head_offset_ > 0 ? 1 : 0);  // a partly sent frame must be completed
    if (oldest == messages_.size()) break;  // the partly sent one and the new one are the minimum
    waiting_ -= frame(oldest).size();
    messages_.erase(messages_.begin() + static_cast<std::ptrdiff_t>(oldest));
    result = Pushed::dropped_oldest;
  }
  PUSH_CHECK(offset == 0 || empty());
  if (offset > 0) head_offset_ = offset;
  messages_.push_back(message);
  waiting_ += size;
  return result;
}

bool Outbox::push_control(std::string_view bytes, const Limits& limits) {
  if (head_offset_ > 0) return false;  // inside a frame; the next ping will do
  return buffer(bytes, *limits.buffers);
}

bool Outbox::buffer(std::string_view bytes, BufferPool& buffers) {
  if (buffer_ == nullptr) buffer_ = buffers.borrow();
  if (begin_ == end_) begin_ = end_ = 0;
  if (buffers.size() - end_ < bytes.size() && begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (buffers.size() - end_ < bytes.size()) return false;
  std::memcpy(buffer_.get() + end_, bytes.data(), bytes.size());
  end_ += bytes.size();
  return true;
}

void Outbox::gather(const Limits& limits) {
  while (frames() > 0) {
    const std::string_view rest = frame(first_).substr(head_offset_);
    if (rest.size() >= limits.buffers->size() || !buffer(rest, *limits.buffers)) return;
    waiting_ -= rest.size();
    pop_frame();
  }
}

std::string_view Outbox::front(const Limits& limits) {
  if (begin_ == end_) gather(limits);
  if (begin_ != end_) return {buffer_.get() + begin_, end_ - begin_};
  return frames() == 0 ? std::string_view() : frame(first_).substr(head_offset_);
}

void Outbox::sent(std::size_t bytes) {
  if (begin_ != end_) {
    begin_ += bytes;
    PUSH_CHECK(begin_ <= end_);
    return;
  }
  if (bytes == 0) return;
  PUSH_CHECK(frames() > 0 && head_offset_ + bytes <= frame(first_).size());
  head_offset_ += bytes;
  waiting_ -= bytes;
  if (head_offset_ == frame(first_).size()) pop_frame();
}

void Outbox::pop_frame() {
  messages_[first_] = stream::Message();
  head_offset_ = 0;
  ++first_;
  if (first_ == messages_.size() || first_ >= 64) {  // free the slots, rarely enough to stay cheap
    messages_.erase(messages_.begin(), messages_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

void Outbox::clear(const Limits& limits) {
  limits.buffers->give_back(std::move(buffer_));
  std::vector<stream::Message>().swap(messages_);
  begin_ = end_ = first_ = head_offset_ = waiting_ = 0;
}

}  // namespace push::net
