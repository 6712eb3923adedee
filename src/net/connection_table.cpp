#include "net/connection_table.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <utility>

#include "net/send.hpp"
#include "push/core/check.hpp"

namespace push::net {
namespace {

constexpr int kEvents = 256;  // per epoll_wait
constexpr int kRounds = 4;    // epoll_waits before other work gets a turn

// A control frame with its mask is 131 bytes and the 101 about 130: a smaller buffer would not hold one. The
// configuration enforces this minimum.
constexpr std::size_t kMinBuffer = 256;

}  // namespace

ConnectionTable::ConnectionTable(Roster& roster, const config::Stream& settings, StreamMeters& meters,
                                 const Protocols& protocols, Replays& replays)
    : roster_(roster),
      ping_period_(static_cast<std::uint16_t>(settings.pingperiodseconds)),
      read_buffers_(settings.readbuffersize),
      write_buffers_(settings.writebuffersize),
      limits_{settings.channelbuffersize, settings.channelbufferbytes, settings.overflow, &write_buffers_},
      meters_(meters),
      replays_(replays),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      read_buffer_(read_buffers_.borrow()) {
  PUSH_CHECK(epoll_);
  PUSH_CHECK(read_buffers_.size() >= kMinBuffer && write_buffers_.size() >= kMinBuffer);
  constexpr unsigned kForEver = std::numeric_limits<std::uint16_t>::max();  // maximum age of a sign of life
  for (std::size_t i = 0; i < protocols.size(); ++i) {
    const Protocol* const protocol = protocols[i];
    if (protocol == nullptr) continue;
    const unsigned patience = protocol->answers_pings() ? ping_period_ + kPongGrace : kForEver;
    const stream::Encoding plain = protocol->encoding();
    const auto transport = static_cast<stream::Transport>(i);
    kinds_[kind_index(transport, false)] = {protocol, plain, patience, protocol->ping()};
    kinds_[kind_index(transport, true)] = {protocol, stream::typed(plain), patience, protocol->keepalive()};
  }
}

ConnectionTable::~ConnectionTable() {
  close_all(CloseReason::shutdown);
}

bool ConnectionTable::adopt(int descriptor, Joining joining) {
  PUSH_CHECK(serves(joining.transport));
  const std::uint32_t slot = connections_.acquire();
  Connection& connection = connections_[slot];
  const std::uint64_t generation = connection.generation + 1U;
  connection = Connection{};
  connection.generation = generation & 0xffffU;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP;
  event.data.u64 = event_key(slot, connection);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    ::close(descriptor);
    connections_.release(slot);
    return false;
  }
  connection.descriptor = descriptor;
  connection.client = core::value(joining.client) & kMaxClientId;
  connection.kind = kind_index(joining.transport, joining.events) & 7U;
  connection.last_sign = now_;
  connection.due = static_cast<std::uint16_t>(now_ + ping_period_);
  if (joining.place != nullptr) {
    if (places_.size() <= slot) places_.resize(slot + 1);
    places_[slot] = std::move(joining.place);
  }
  if (!kind_of(connection).protocol->answers_pings()) {
    const unsigned milliseconds = (ping_period_ + kPongGrace) * 1000U;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
  }
  roster_.link(connections_, slot, joining.user);
  meters_.open.add(1);
  meters_.open_by[static_cast<std::size_t>(joining.transport)]->add(1);
  meters_.accepted.add();
  send_control(slot, joining.greeting);
  if (joining.since && connection.descriptor >= 0) begin_resume(slot, *joining.since, std::move(joining.poll));
  return true;
}

std::size_t ConnectionTable::transmit(std::uint32_t& cursor, Bundle& bundle, std::size_t max) {
  std::size_t served = 0;
  for (; cursor != kNone && served < max; ++served) {
    const std::uint32_t slot = cursor;
    const Connection& connection = connections_[slot];
    cursor = connection.next;  // first, because the code below may close the connection
    if (connection.backlog != kNone) {
      resume_of(connection) != nullptr ? pass_by(slot, bundle.messages()) : deliver(slot, bundle);
      continue;
    }
    const std::string_view bytes = bundle.joined(kind_of(connection).encoding);
    if (bytes.empty()) continue;  // events, for those who asked for them
    const ssize_t sent = send_now(connection.descriptor, bytes);
    if (sent != static_cast<ssize_t>(bytes.size())) hold_rest(slot, bundle, sent);
  }
  return served;
}

void ConnectionTable::deliver(std::uint32_t slot, Bundle& bundle) {
  const Connection& connection = connections_[slot];
  if (is_behind(connection)) return hold_back(slot, bundle, 0);
  const std::string_view bytes = bundle.joined(kind_of(connection).encoding);
  if (bytes.empty()) return;
  const ssize_t sent = send_now(connection.descriptor, bytes);
  if (sent != static_cast<ssize_t>(bytes.size())) hold_rest(slot, bundle, sent);
}

void ConnectionTable::hold_rest(std::uint32_t slot, const Bundle& bundle, ssize_t sent) {
  if (sent < 0 && !would_block()) return close(slot, CloseReason::write_error);
  hold_back(slot, bundle, sent < 0 ? 0 : static_cast<std::size_t>(sent));
}

void ConnectionTable::hold_back(std::uint32_t slot, const Bundle& bundle, std::size_t sent) {
  Outbox& outbox = borrow(slot).outbox;
  const stream::Encoding encoding = kind_of(connections_[slot]).encoding;
  for (const stream::Message& message : bundle.messages()) {
    const std::size_t size = message.encoded(encoding).size();
    if (sent >= size) {
      sent -= size;
      continue;
    }
    const Outbox::Pushed pushed = outbox.push(message, std::exchange(sent, 0), limits_);
    if (pushed == Outbox::Pushed::overflow) return close(slot, CloseReason::slow_consumer);
    if (pushed == Outbox::Pushed::dropped_oldest) meters_.dropped.add();
  }
  watch(slot, true);
}

void ConnectionTable::send_control(std::uint32_t slot, std::string_view bytes) {
  Connection& connection = connections_[slot];
  if (is_behind(connection)) {
    backlogs_[connection.backlog].outbox.push_control(bytes, limits_);
    return;
  }
  const ssize_t sent = send_now(connection.descriptor, bytes);
  if (sent == static_cast<ssize_t>(bytes.size())) return;
  if (sent < 0 && !would_block()) return close(slot, CloseReason::write_error);
  borrow(slot).outbox.push_control(bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent)), limits_);
  watch(slot, true);
}

bool ConnectionTable::process() {
  std::array<epoll_event, kEvents> events;
  for (int round = 0; round < kRounds; ++round) {
    const int ready = ::epoll_wait(epoll_.get(), events.data(), kEvents, 0);
    for (int i = 0; i < ready; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      const auto slot = static_cast<std::uint32_t>(event.data.u64);
      const auto current = [&] {
        const Connection& connection = connections_[slot];
        return connection.descriptor >= 0 && event_key(slot, connection) == event.data.u64;
      };
      if ((event.events & EPOLLOUT) != 0 && current()) write(slot);
      if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0 && current()) read(slot);
    }
    if (ready < kEvents) return false;
  }
  return true;
}

void ConnectionTable::read(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  std::size_t have = 0;
  std::uint32_t memory = 0;
  if (connection.backlog != kNone) {
    Backlog& backlog = backlogs_[connection.backlog];
    have = backlog.input_size;
    memory = backlog.memory;
    if (have > 0) std::memcpy(read_buffer_.get(), backlog.input.get(), have);
  }
  const ssize_t got =
      ::recv(connection.descriptor, read_buffer_.get() + have, read_buffers_.size() - have, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (got <= 0) return close(slot, CloseReason::peer_gone);
  if (connection.lingering) return;  // only the end of the stream matters
  reply_.clear();
  Input input{read_buffer_.get(), have + static_cast<std::size_t>(got), write_buffers_.size(), reply_, memory};
  const auto ending = kind_of(connection).protocol->read(input);
  if (input.alive) connection.last_sign = now_;
  if (!input.pong.empty() && ponged_) ponged_(user_of(slot), core::ClientId{connection.client}, input.pong);
  if (!ending) keep_rest(slot, input);
  if (!reply_.empty()) send_control(slot, reply_);
  if (ending && connection.descriptor >= 0) end(slot, *ending);
}

void ConnectionTable::keep_rest(std::uint32_t slot, const Input& input) {
  const std::size_t rest = input.size - input.consumed;
  if (rest == 0 && input.memory == 0 && connections_[slot].backlog == kNone) return;
  Backlog& backlog = borrow(slot);
  backlog.memory = input.memory;
  backlog.input_size = static_cast<std::uint32_t>(rest);
  if (rest == 0) return give_back_if_idle(slot);
  if (backlog.input == nullptr) backlog.input = read_buffers_.borrow();
  std::memcpy(backlog.input.get(), input.data + input.consumed, rest);
}

void ConnectionTable::write(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  if (connection.backlog == kNone) return watch(slot, false);
  Outbox& outbox = backlogs_[connection.backlog].outbox;
  for (std::string_view bytes = outbox.front(limits_); !bytes.empty(); bytes = outbox.front(limits_)) {
    const ssize_t sent = send_now(connection.descriptor, bytes);
    if (sent < 0) {
      if (!would_block()) close(slot, CloseReason::write_error);
      return;
    }
    outbox.sent(static_cast<std::size_t>(sent));
    if (Resume* resume = resume_of(connection)) resume->since = now_;
    if (static_cast<std::size_t>(sent) < bytes.size()) return;
  }
  watch(slot, false);
  if (const Resume* resume = resume_of(connection)) {
    if (resume->state == Resume::State::full) ask(slot);
    if (resume->state == Resume::State::over) end(slot, {CloseReason::answered});
  }
  give_back_if_idle(slot);
}

void ConnectionTable::sweep(unsigned parts) {
  // Continues where the last sweep ended, so that no slot is skipped while the table grows.
  const auto to = static_cast<std::uint32_t>(std::uint64_t{connections_.end()} * (sweeps_ + 1) / parts);
  for (; swept_ < to; ++swept_) {
    if (connections_[swept_].descriptor >= 0) visit(swept_);
  }
  report();
  if (++sweeps_ < parts) return;
  sweeps_ = 0;
  swept_ = 0;
  ++now_;
  report_second_ = (report_second_ + 1) % report_period_;
}

void ConnectionTable::report_to(Report report, unsigned period) {
  report_ = std::move(report);
  report_period_ = period;
  open_clients_.reserve(kReport);
}

void ConnectionTable::note_open(std::uint32_t slot) {
  if (!report_ || slot % report_period_ != report_second_ || connections_[slot].client == 0) return;
  open_clients_.push_back(core::ClientId{connections_[slot].client});
  if (open_clients_.size() == kReport) report();
}

void ConnectionTable::report() {
  if (open_clients_.empty()) return;
  report_(open_clients_);
  open_clients_.clear();
}

void ConnectionTable::visit(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  const bool due = static_cast<std::int16_t>(now_ - connection.due) >= 0;
  if (connection.lingering) {
    if (due) release(slot);
    return;
  }
  const Kind& kind = kind_of(connection);
  if (static_cast<std::uint16_t>(now_ - connection.last_sign) > kind.patience) {
    return close(slot, CloseReason::missing_pong);
  }
  if (resume_of(connection) != nullptr && !check_resume(slot)) return;
  note_open(slot);
  if (!due) return;
  connection.due = static_cast<std::uint16_t>(now_ + ping_period_);
  if (!kind.ping.empty()) send_control(slot, kind.ping);
}

bool ConnectionTable::holds(core::UserId user, core::ClientId client) const {
  const std::uint32_t entry = roster_.find(user);
  if (entry == kNone) return false;
  for (std::uint32_t slot = roster_.entry(entry).head; slot != kNone; slot = connections_[slot].next) {
    if (connections_[slot].client == core::value(client)) return true;
  }
  return false;
}

ConnectionTable::Sight ConnectionTable::look_at(std::uint32_t slot) const {
  const Connection& connection = connections_[slot];
  Sight sight{core::ClientId{connection.client}, transport_of(connection), 0, 0, connection.next};
  if (connection.backlog == kNone) return sight;
  const Outbox& outbox = backlogs_[connection.backlog].outbox;
  sight.frames = outbox.frames();
  sight.bytes = outbox.bytes();
  return sight;
}

void ConnectionTable::disconnect(const hub::Selection& which) {
  const std::uint32_t entry = roster_.find(which.user);
  if (entry == kNone) return;
  for (std::uint32_t slot = roster_.entry(entry).head; slot != kNone;) {
    const std::uint32_t next = connections_[slot].next;
    if (which.has(core::ClientId{connections_[slot].client})) close(slot, CloseReason::revoked);
    slot = next;
  }
}

void ConnectionTable::close_all(CloseReason reason) {
  for (std::uint32_t slot = 0; slot < connections_.end(); ++slot) {
    if (connections_[slot].descriptor < 0) continue;
    const Resume* resume = resume_of(connections_[slot]);
    if (resume != nullptr && resume->poll != nullptr && resume->state != Resume::State::over) answer_poll(slot, {});
    if (connections_[slot].descriptor >= 0) close(slot, reason);
  }
}

void ConnectionTable::end(std::uint32_t slot, const Ending& ending) {
  Connection& connection = connections_[slot];
  leave(slot, ending.reason);
  const std::string last = kind_of(connection).protocol->end(ending);
  if (is_behind(connection) || send_now(connection.descriptor, last) != static_cast<ssize_t>(last.size()))
    return release(slot);
  give_back(slot);
  // Closing at once with unread input would make the kernel send a reset, and our last bytes could be lost.
  ::shutdown(connection.descriptor, SHUT_WR);
  connection.lingering = 1;
  connection.due = static_cast<std::uint16_t>(now_ + kLinger);
}

void ConnectionTable::close(std::uint32_t slot, CloseReason reason) {
  leave(slot, reason);
  release(slot);
}

void ConnectionTable::leave(std::uint32_t slot, CloseReason reason) {
  if (connections_[slot].user == kNone) return;  // lingering: already counted
  roster_.unlink(connections_, slot);
  if (slot < places_.size()) places_[slot].reset();
  meters_.open.add(-1);
  meters_.open_by[static_cast<std::size_t>(transport_of(connections_[slot]))]->add(-1);
  meters_.closed[static_cast<std::size_t>(reason)]->add();
}

void ConnectionTable::release(std::uint32_t slot) {
  give_back(slot);
  ::close(connections_[slot].descriptor);
  connections_[slot].descriptor = -1;
  connections_.release(slot);
}

ConnectionTable::Backlog& ConnectionTable::borrow(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  if (connection.backlog == kNone) {
    connection.backlog = backlogs_.acquire();
    backlogs_[connection.backlog].outbox = Outbox(kind_of(connection).encoding);
    meters_.backlogs.add(1);
  }
  return backlogs_[connection.backlog];
}

void ConnectionTable::give_back_if_idle(std::uint32_t slot) {
  if (connections_[slot].backlog == kNone) return;
  const Backlog& backlog = backlogs_[connections_[slot].backlog];
  const bool idle = backlog.outbox.empty() && backlog.input_size == 0 && backlog.memory == 0;
  if (idle && backlog.resume == nullptr) give_back(slot);
}

void ConnectionTable::give_back(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  if (connection.backlog == kNone) return;
  Backlog& backlog = backlogs_[connection.backlog];
  backlog.outbox.clear(limits_);
  read_buffers_.give_back(std::move(backlog.input));
  backlog = Backlog{};
  backlogs_.release(std::exchange(connection.backlog, kNone));
  meters_.backlogs.add(-1);
}

void ConnectionTable::watch(std::uint32_t slot, bool write) {
  Connection& connection = connections_[slot];
  if (connection.watching_write == (write ? 1U : 0U)) return;
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | (write ? static_cast<std::uint32_t>(EPOLLOUT) : 0U);
  event.data.u64 = event_key(slot, connection);
  PUSH_CHECK(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.descriptor, &event) == 0);
  connection.watching_write = write ? 1 : 0;
}

}  // namespace push::net
