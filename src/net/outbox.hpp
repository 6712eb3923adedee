// The send queue of one socket that is full: the unsent bytes of the write buffer, then whole frames, each a message in
// the encoding of this connection's transport. Borrowed from the loop's pool after EAGAIN and returned when empty.
// Bounded in frames and bytes. One thread, no I/O: the caller sends front() and reports how much the socket accepted.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "net/buffer_pool.hpp"
#include "push/config/config.hpp"
#include "push/stream/message.hpp"

namespace push::net {

class Outbox {
 public:
  struct Limits {
    std::size_t frames;  // config channelbuffersize
    std::size_t bytes;   // config channelbufferbytes; one frame always fits
    config::Overflow overflow;
    BufferPool* buffers;  // of config writebuffersize
  };
  enum class Pushed { queued, dropped_oldest, overflow };

  Outbox() = default;
  explicit Outbox(stream::Encoding encoding) : encoding_(encoding) {}

  // Queues the message's frame from `offset` on. offset > 0: its beginning is already sent, so it is never dropped.
  // overflow: nothing was queued, and the connection must be closed.
  Pushed push(const stream::Message& message, std::size_t offset, const Limits& limits);
  // Queues a control frame after a partly sent frame and before all others. False: no room; pings and pongs may be
  // lost.
  bool push_control(std::string_view bytes, const Limits& limits);

  // The next bytes to send; empty = none. Small frames are collected in the write buffer first, so that one system call
  // sends many.
  std::string_view front(const Limits& limits);
  void sent(std::size_t bytes);

  bool empty() const { return begin_ == end_ && frames() == 0; }
  std::size_t frames() const { return messages_.size() - first_; }
  std::size_t bytes() const { return waiting_ + (end_ - begin_); }
  void clear(const Limits& limits);

 private:
  void gather(const Limits& limits);
  bool buffer(std::string_view bytes, BufferPool& buffers);
  void pop_frame();
  std::string_view frame(std::size_t at) const { return messages_[at].encoded(encoding_); }

  BufferPool::Buffer buffer_;  // [begin_, end_) is unsent
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::vector<stream::Message> messages_;  // [first_, size) wait
  std::size_t first_ = 0;
  std::size_t head_offset_ = 0;  // bytes of frame(first_) that are sent
  std::size_t waiting_ = 0;      // unsent bytes of the frames that wait
  stream::Encoding encoding_{};
};

}  // namespace push::net
