// One loop's streams: a dense table of 32-byte records behind one epoll descriptor. Reads, pings, closes and sends;
// what the bytes mean is a Protocol's, chosen by two bits of the record. Nothing outside the loop ever holds a
// connection. One thread: the loop's (or the test's).
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/bundle.hpp"
#include "net/connection.hpp"
#include "net/meters.hpp"
#include "net/outbox.hpp"
#include "net/protocol.hpp"
#include "net/roster.hpp"
#include "push/config/config.hpp"
#include "push/core/callback.hpp"
#include "push/core/descriptor.hpp"
#include "push/core/ids.hpp"
#include "push/stream/transport.hpp"

namespace push::net {

class ConnectionTable {
 public:
  static constexpr unsigned kPongGrace = 15;  // seconds on top of the ping period (gotify-spec 3)
  static constexpr unsigned kLinger = 2;      // seconds that the peer has to close after our last words

  ConnectionTable(Roster& roster, const config::Stream& settings, StreamMeters& meters, const Protocols& protocols);
  ~ConnectionTable();
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;

  bool serves(stream::Transport transport) const { return kind(transport).protocol != nullptr; }
  // Takes over a non-blocking socket whose request for a stream is accepted, of a transport that is served; `greeting`
  // (e.g. the 101) goes out before any frame. False: epoll refused it, and the descriptor is closed.
  bool adopt(int descriptor, stream::Transport transport, core::UserId user, core::ClientId client,
             std::string_view greeting);

  // To the connections of one user from `cursor` on, at most `max` of them, and moves the cursor on. Straight to the
  // socket; the outbox only after EAGAIN. May close connections. Returns how many it served.
  std::size_t transmit(std::uint32_t& cursor, Bundle& bundle, std::size_t max);

  // Readable when process() has something to do.
  int descriptor() const { return epoll_.get(); }
  // Handles what is ready. True: more may be waiting, call again soon.
  bool process();

  // Visits the next 1/parts of the slots: pings, deadlines, and who still holds a stream. Called `parts` times a
  // second.
  void sweep(unsigned parts);
  // Gets the clients that hold a stream, each at least once in `period` seconds and at most kReport at a time; without
  // Basic sessions. Called by sweep(), must not block.
  using Report = core::Callback<void(const std::vector<core::ClientId>&)>;
  static constexpr std::size_t kReport = 1024;
  void report_to(Report report, unsigned period);

  // Connections of this client (0 = every one of the user) end without last words.
  void disconnect(core::UserId user, core::ClientId client);
  void close_all(CloseReason reason);

  std::size_t size() const { return connections_.used(); }

 private:
  struct Backlog {
    Outbox outbox;
    BufferPool::Buffer input;  // what the protocol could not use yet
    std::uint32_t input_size = 0;
    std::uint32_t memory = 0;  // the protocol's
  };
  // What a connection's two bits mean; read for each message and by each sweep, hence copied out of the protocol.
  struct Kind {
    const Protocol* protocol = nullptr;
    stream::Encoding encoding{};
    unsigned patience = 0;  // seconds without a sign of life
  };
  bool is_behind(const Connection& connection) const {
    return connection.backlog != kNone && !backlogs_[connection.backlog].outbox.empty();
  }
  const Kind& kind(stream::Transport transport) const { return kinds_[static_cast<std::size_t>(transport)]; }
  const Kind& kind_of(const Connection& connection) const { return kinds_[connection.kind]; }

  void read(std::uint32_t slot);
  void keep_rest(std::uint32_t slot, const Input& input);
  void write(std::uint32_t slot);
  void send_control(std::uint32_t slot, std::string_view bytes);
  // `sent` bytes of the bundle are with the peer; what is left waits.
  void hold_back(std::uint32_t slot, const Bundle& bundle, std::size_t sent);
  // The protocol's last words, then our end of the TCP connection; the peer has kLinger seconds for its own.
  void end(std::uint32_t slot, const Ending& ending);
  void close(std::uint32_t slot, CloseReason reason);
  void leave(std::uint32_t slot, CloseReason reason);  // out of the roster, counted
  void release(std::uint32_t slot);
  void visit(std::uint32_t slot);
  void note_open(std::uint32_t slot);
  void report();

  Backlog& borrow(std::uint32_t slot);
  void give_back_if_idle(std::uint32_t slot);
  void give_back(std::uint32_t slot);
  void watch(std::uint32_t slot, bool write);

  Roster& roster_;
  const std::uint16_t ping_period_;
  std::array<Kind, stream::kTransports> kinds_;
  BufferPool read_buffers_;
  BufferPool write_buffers_;
  const Outbox::Limits limits_;
  StreamMeters& meters_;
  core::Descriptor epoll_;
  SlotPool<Connection> connections_;
  SlotPool<Backlog> backlogs_;
  BufferPool::Buffer read_buffer_;  // one for all connections
  std::string reply_;               // to one read
  std::uint16_t now_ = 0;           // loop seconds: counted by sweeps, so a stopped process ages nobody
  unsigned sweeps_ = 0;             // in this second
  std::uint32_t swept_ = 0;         // the slots below were visited in this second

  // In each second of the period the slots of that number, modulo the period, are reported.
  Report report_;
  unsigned report_period_ = 1;
  unsigned report_second_ = 0;
  std::vector<core::ClientId> open_clients_;
};

}  // namespace push::net
