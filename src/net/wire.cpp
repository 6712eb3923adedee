#include "net/wire.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

namespace push::net {
namespace {

Wire::Result failed(Wire::Outcome would_block) {
  return {errno == EAGAIN || errno == EWOULDBLOCK ? would_block : Wire::Outcome::error};
}

iovec part_of(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::unique_ptr<Wire> PlainWire::open(boost::asio::io_context& context, core::Descriptor socket) {
  std::unique_ptr<PlainWire> wire(new PlainWire(context));
  boost::system::error_code error;
  wire->socket_.assign(socket.get(), error);
  if (error) return nullptr;
  static_cast<void>(socket.release());  // now owned by the wire
  return wire;
}

Wire::Result PlainWire::read_some(std::span<char> room) {
  ssize_t size = 0;
  do {
    size = ::recv(socket_.native_handle(), room.data(), room.size(), 0);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return failed(Outcome::wants_read);
  if (size == 0) return {Outcome::end};
  return {Outcome::done, static_cast<std::size_t>(size)};
}

Wire::Result PlainWire::write_some(std::string_view first, std::string_view second) {
  std::array<iovec, 2> parts = {part_of(first), part_of(second)};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  ssize_t size = 0;
  do {
    size = ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return failed(Outcome::wants_write);
  return {Outcome::done, static_cast<std::size_t>(size)};
}

void PlainWire::wait(Direction direction, std::shared_ptr<Waiter> waiter) {
  const auto event = direction == Direction::read ? boost::asio::posix::descriptor_base::wait_read
                                                  : boost::asio::posix::descriptor_base::wait_write;
  socket_.async_wait(event, [direction, waiter = std::move(waiter)](const boost::system::error_code&) {
    waiter->on_ready(direction);
  });
}

std::optional<std::size_t> PlainWire::unacknowledged() {
  int bytes = 0;
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &bytes) != 0) return std::nullopt;
  return static_cast<std::size_t>(bytes);
}

bool PlainWire::peer_has_left() {
  pollfd entry{.fd = socket_.native_handle(), .events = POLLRDHUP, .revents = 0};
  return ::poll(&entry, 1, 0) == 1;
}

int PlainWire::release() {
  return socket_.release();
}

void PlainWire::shutdown() {
  ::shutdown(socket_.native_handle(), SHUT_WR);
}

void PlainWire::close() {
  boost::system::error_code ignored;
  shutdown();
  socket_.close(ignored);
}

}  // namespace push::net
