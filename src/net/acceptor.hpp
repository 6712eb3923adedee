// Accepts on one listening socket for one loop: many at a time, and not at all while the process is at its limit of
// sockets (then it looks again ten times a second, without spinning).
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <string>

#include "net/listener.hpp"

namespace push::net {

class Loop;

class Acceptor {
 public:
  // On a unix listener, which has one socket for all loops, `peers` share what it accepts.
  Acceptor(Loop& loop, core::Descriptor socket, Listener listener, std::vector<Loop*> peers);
  ~Acceptor();

  void start();
  void stop();

 private:
  void wait();
  void accept_some();
  void pause();
  void hand_over(core::Descriptor socket, std::string peer);

  Loop& loop_;
  const Listener listener_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer pause_;
  std::vector<Loop*> peers_;
  std::size_t next_peer_ = 0;
  bool stopped_ = false;
};

}  // namespace push::net
