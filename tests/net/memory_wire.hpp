// An in-memory wire whose peer is controlled by the test.
#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "net/wire.hpp"

namespace push::net {

// The peer's end. Outlives the wire.
struct Pipe {
  static constexpr int kDescriptor = 4711;

  std::string input;                     // sent by the peer, not read yet
  std::string received;                  // by the peer
  std::size_t room = std::string::npos;  // how much the socket still accepts
  std::size_t unacknowledged = 0;
  bool ended = false;             // the peer sends no more
  bool reads_want_write = false;  // as an encrypted wire during a handshake
  bool shut = false;
  bool closed = false;
  bool released = false;
  std::size_t largest_read = 0;  // the largest buffer offered
  std::shared_ptr<Wire::Waiter> reader;
  std::shared_ptr<Wire::Waiter> writer;

  bool is_readable() const { return !input.empty() || ended; }
  void send(std::string_view bytes) {
    input += bytes;
    deliver();
  }
  void end() {
    ended = true;
    deliver();
  }
  void deliver() {
    while (reader != nullptr && is_readable()) std::exchange(reader, nullptr)->on_ready(Wire::Direction::read);
  }
  // The socket accepts this much more.
  void take(std::size_t bytes) {
    room += bytes;
    if (writer != nullptr) std::exchange(writer, nullptr)->on_ready(Wire::Direction::write);
  }
};

class MemoryWire final : public Wire {
 public:
  explicit MemoryWire(Pipe& pipe) : pipe_(pipe) {}

  Result read_some(std::span<char> room) override {
    if (pipe_.reads_want_write) return {Outcome::wants_write};
    if (pipe_.input.empty()) return {pipe_.ended ? Outcome::end : Outcome::wants_read};
    pipe_.largest_read = std::max(pipe_.largest_read, room.size());
    const std::size_t size = std::min(room.size(), pipe_.input.size());
    std::copy_n(pipe_.input.begin(), size, room.begin());
    pipe_.input.erase(0, size);
    return {Outcome::done, size};
  }
  Result write_some(std::string_view first, std::string_view second) override {
    std::string both(first);
    both += second;
    const std::size_t size = std::min(pipe_.room, both.size());
    if (size == 0) return {Outcome::wants_write};
    pipe_.received += both.substr(0, size);
    if (pipe_.room != std::string::npos) pipe_.room -= size;
    return {Outcome::done, size};
  }
  void wait(Direction direction, std::shared_ptr<Waiter> waiter) override {
    (direction == Direction::read ? pipe_.reader : pipe_.writer) = std::move(waiter);
  }
  std::optional<std::size_t> unacknowledged() override { return pipe_.unacknowledged; }
  bool peer_has_left() override { return pipe_.ended; }
  int release() override {
    pipe_.released = true;
    return Pipe::kDescriptor;
  }
  void shutdown() override { pipe_.shut = true; }
  void close() override {
    pipe_.closed = true;
    if (pipe_.reader != nullptr) std::exchange(pipe_.reader, nullptr)->on_ready(Direction::read);
    if (pipe_.writer != nullptr) std::exchange(pipe_.writer, nullptr)->on_ready(Direction::write);
  }

 private:
  Pipe& pipe_;
};

}  // namespace push::net
