// A sequence of pushes, control frames and partial writes, beside a model of the outbox: a text that is on its way, and
// whole frames that wait behind it. What would be sent, and what the outbox says about itself, is the model's.
#include "net/outbox.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "fuzz/input.hpp"
#include "push/core/check.hpp"
#include "push/stream/message.hpp"

namespace {

using namespace push::net;
using push::config::Overflow;
using Pushed = Outbox::Pushed;
namespace core = push::core;
namespace stream = push::stream;

constexpr std::size_t kMost = 200;  // bytes of a message

class Pair {
 public:
  Pair(stream::Encoding encoding, Outbox::Limits limits) : limits_(limits), encoding_(encoding), box_(encoding) {}

  // offset: how much of the frame the socket took before there was an outbox.
  void push(std::size_t size, std::size_t offset) {
    const auto id = static_cast<std::uint64_t>(++pushed_);
    const stream::Message message(core::MessageId{id}, core::ApplicationId{1}, core::UserId{1}, text(size));
    const std::string frame(message.encoded(encoding_));
    offset = box_.empty() ? offset % frame.size() : 0;
    const Pushed expected = make_room(frame.size() - offset);
    PUSH_CHECK(box_.push(message, offset, limits_) == expected);
    if (expected != Pushed::overflow) {
      waiting_.push_back(frame);
      if (offset > 0) begun_ = offset;
    }
    compare();
    if (expected == Pushed::overflow) clear();
  }

  void push_control(std::size_t size) {
    const std::string frame = text(size);
    const bool fits = begun_ == 0 && under_way_.size() + size <= limits_.buffers->size();
    PUSH_CHECK(box_.push_control(frame, limits_) == fits);
    if (fits) under_way_ += frame;
    compare();
  }

  // A write of which the socket takes some bytes, or all of it.
  void send(std::size_t bytes) {
    const std::string_view front = box_.front(limits_);
    if (under_way_.empty()) gather();
    const std::string first = waiting_.empty() ? std::string() : waiting_.front().substr(begun_);
    PUSH_CHECK(front == (under_way_.empty() ? first : under_way_));
    compare();
    const std::size_t taken = std::min(bytes, front.size());
    box_.sent(taken);
    if (!under_way_.empty()) {
      under_way_.erase(0, taken);
    } else if (taken > 0) {
      begun_ += taken;
      if (begun_ == waiting_.front().size()) pop();
    }
    compare();
  }

  void clear() {
    box_.clear(limits_);
    under_way_.clear();
    waiting_.clear();
    begun_ = 0;
    compare();
  }

 private:
  std::string text(std::size_t size) {
    std::string out;
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>('a' + letter_++ % 26);
    return out;
  }

  std::size_t waiting_bytes() const {
    std::size_t bytes = 0;
    for (const std::string& frame : waiting_) bytes += frame.size();
    return bytes - begun_;
  }

  // Drops the oldest frames that have not begun, one by one. One message always fits.
  Pushed make_room(std::size_t size) {
    Pushed result = Pushed::queued;
    while (!waiting_.empty() && (waiting_.size() >= limits_.frames || waiting_bytes() + size > limits_.bytes)) {
      if (limits_.overflow == Overflow::close) return Pushed::overflow;
      const std::ptrdiff_t oldest = begun_ > 0 ? 1 : 0;
      if (waiting_.begin() + oldest == waiting_.end()) break;
      waiting_.erase(waiting_.begin() + oldest);
      result = Pushed::dropped_oldest;
    }
    return result;
  }

  // The outbox gathers as many frames as fit into the write buffer; at least those that do not fit wait.
  void gather() {
    while (!waiting_.empty() && waiting_.front().size() - begun_ < limits_.buffers->size() &&
           under_way_.size() + waiting_.front().size() - begun_ <= limits_.buffers->size()) {
      under_way_ += waiting_.front().substr(begun_);
      pop();
    }
  }

  void pop() {
    waiting_.pop_front();
    begun_ = 0;
  }

  void compare() const {
    PUSH_CHECK(box_.frames() == waiting_.size());
    PUSH_CHECK(box_.bytes() == under_way_.size() + waiting_bytes());
    PUSH_CHECK(box_.empty() == (under_way_.empty() && waiting_.empty()));
    PUSH_CHECK(under_way_.size() <= limits_.buffers->size());
    PUSH_CHECK(waiting_.size() <= std::max<std::size_t>(limits_.frames, 2));
    if (waiting_.size() > 2) PUSH_CHECK(waiting_bytes() <= limits_.bytes);
  }

  const Outbox::Limits limits_;
  const stream::Encoding encoding_;
  Outbox box_;
  std::string under_way_;  // in the write buffer
  std::deque<std::string> waiting_;
  std::size_t begun_ = 0;  // bytes of the first one that are sent
  int pushed_ = 0;
  std::size_t letter_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  push::fuzz::Input input(data, size);
  const auto encoding = static_cast<stream::Encoding>(input.byte() % stream::kEncodings);
  BufferPool buffers(std::size_t{16} + input.byte());
  const std::size_t frames = 1U + input.byte() % 100;
  const std::size_t bytes = std::size_t{1} + 8U * input.byte();
  const auto overflow = input.byte() % 2 == 0 ? Overflow::close : Overflow::drop_oldest;
  Pair pair(encoding, {frames, bytes, overflow, &buffers});
  while (!input.empty()) {
    const std::uint8_t what = input.byte() % 16;
    const std::uint8_t much = input.byte();
    if (what < 8) {
      pair.push(much % kMost, what < 6 ? 0 : input.byte());
    } else if (what < 10) {
      pair.push_control(2U + much % 126);
    } else if (what < 15) {
      pair.send(much);
    } else {
      pair.clear();
    }
  }
  pair.send(buffers.size());
  return 0;
}
