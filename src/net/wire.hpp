// The bytes of one accepted connection, below HTTP: non-blocking reads and writes, and waiting for readiness. It
// buffers nothing, so that a waiting session costs no buffer. One thread: the loop's.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "push/core/descriptor.hpp"

namespace push::net {

class Wire {
 public:
  enum class Direction : std::uint8_t { read, write };
  // An encrypted wire may have to write before it can read, and the reverse. After wants_read or wants_write the caller
  // waits for that direction and repeats the call.
  enum class Outcome : std::uint8_t { done, wants_read, wants_write, end, error };
  struct Result {
    Outcome outcome;
    std::size_t bytes = 0;  // only with `done`, at least 1
  };

  class Waiter {
   public:
    virtual void on_ready(Direction direction) = 0;

   protected:
    ~Waiter() = default;
  };

  virtual ~Wire() = default;
  virtual Result read_some(std::span<char> room) = 0;
  // Writes as much of both as the socket accepts now, in one system call; either may be empty.
  virtual Result write_some(std::string_view first, std::string_view second) = 0;
  // Calls the waiter once, from the loop: when the wire is ready, has failed, or was closed meanwhile. At most one wait
  // per direction.
  virtual void wait(Direction direction, std::shared_ptr<Waiter> waiter) = 0;
  // Bytes written and not yet acknowledged by the peer's kernel; none if unknown.
  virtual std::optional<std::size_t> unacknowledged() = 0;
  // The peer sends no more, or the connection is broken; bytes may still be unread.
  virtual bool peer_has_left() = 0;
  // Passes the descriptor, still open and non-blocking, to the caller. No wait may be pending.
  virtual int release() = 0;
  // Shuts down our side after what was written; reading continues.
  virtual void shutdown() = 0;
  virtual void close() = 0;
};

// A stream socket without encryption.
class PlainWire final : public Wire {
 public:
  // Takes a non-blocking socket. Empty: epoll refused it, and it is closed.
  static std::unique_ptr<Wire> open(boost::asio::io_context& context, core::Descriptor socket);

  Result read_some(std::span<char> room) override;
  Result write_some(std::string_view first, std::string_view second) override;
  void wait(Direction direction, std::shared_ptr<Waiter> waiter) override;
  std::optional<std::size_t> unacknowledged() override;
  bool peer_has_left() override;
  int release() override;
  void shutdown() override;
  void close() override;

 private:
  explicit PlainWire(boost::asio::io_context& context) : socket_(context) {}

  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> socket_;
};

}  // namespace push::net
