// Accepts on one listening socket for one loop: many at a time. At the process's socket limit its loop makes room for
// who waits to be accepted; where there is none to make, it checks ten times per second, without spinning.
#pragma once
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "net/listener.hpp"
#include "push/core/descriptor.hpp"
#include "push/metrics/registry.hpp"

namespace push::net {

// Counts the sessions and streams of the process. Any thread.
struct SocketLimit {
  explicit SocketLimit(std::size_t maximum) : max(maximum) {}
  const std::size_t max;
  std::atomic<std::size_t> open{0};
  std::atomic<bool> wanted{false};  // somebody waits to be accepted where no session is idle: those of other loops help
  std::atomic<std::int64_t> told_minute{-1};  // when the log last said that there is no room
};

// Serves accepted sockets. Any thread.
class SocketTaker {
 public:
  // A non-blocking socket that is already counted.
  virtual void take(core::Descriptor socket, std::string peer, const Listener& listener) = 0;

 protected:
  ~SocketTaker() = default;
};

class Acceptor {
 public:
  // Closes one socket, so that another can be accepted. False: there is none to close.
  using MakeRoom = std::function<bool()>;

  // Sockets go to the takers in turn; a unix listener has several because its one socket serves all loops. `limit` and
  // `paused` outlive the acceptor.
  Acceptor(boost::asio::io_context& context, core::Descriptor socket, Listener listener,
           std::vector<SocketTaker*> takers, SocketLimit& limit, MakeRoom make_room, metrics::Counter& paused);
  ~Acceptor();

  // `acceptors`: the number that the loop has.
  void start(std::size_t acceptors);
  void stop();

 private:
  void wait();
  void accept_some();
  bool is_awaited();  // somebody waits to be accepted
  void pause();
  void tell();

  const Listener listener_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer pause_;
  const std::vector<SocketTaker*> takers_;
  std::size_t next_taker_ = 0;
  SocketLimit& limit_;
  const MakeRoom make_room_;
  metrics::Counter& paused_;
  std::size_t at_once_ = 1;
  bool stopped_ = false;
};

}  // namespace push::net
