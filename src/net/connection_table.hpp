// One loop's streams: a dense table of 32-byte records behind one epoll descriptor. Reads, pings, closes and sends;
// a Protocol, chosen by two bits of the record, interprets the bytes. Nothing outside the loop ever holds a
// connection. One thread: the loop's (or the test's).
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/bundle.hpp"
#include "net/connection.hpp"
#include "net/meters.hpp"
#include "net/outbox.hpp"
#include "net/protocol.hpp"
#include "net/resume.hpp"
#include "net/roster.hpp"
#include "push/config/config.hpp"
#include "push/core/callback.hpp"
#include "push/core/descriptor.hpp"
#include "push/core/ids.hpp"
#include "push/hub/hub.hpp"
#include "push/stream/archive.hpp"
#include "push/stream/transport.hpp"

namespace push::net {

// A stream to be adopted.
struct Joining {
  stream::Transport transport{};  // a supported one
  core::UserId user{};
  core::ClientId client{};
  bool events = false;                          // typed frames
  std::string_view greeting;                    // the head of the answer, sent before any frame; borrowed for the call
  std::optional<stream::Cursor> since{};        // what the client has: what comes after it is sent first
  std::unique_ptr<Poll> poll{};                 // with `since`; its deadline in seconds from now
  std::shared_ptr<const void> place = nullptr;  // released when the stream ends
};

class ConnectionTable {
 public:
  static constexpr unsigned kPongGrace = 15;  // seconds on top of the ping period (protocol 3)
  static constexpr unsigned kLinger = 2;      // seconds for the peer to close after we have

  ConnectionTable(Roster& roster, const config::Stream& settings, StreamMeters& meters, const Protocols& protocols,
                  Replays& replays);
  ~ConnectionTable();
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;

  bool serves(stream::Transport transport) const { return kind(transport).protocol != nullptr; }
  // Takes over a non-blocking socket whose stream request was accepted. False: epoll refused it, and the descriptor is
  // closed.
  bool adopt(int descriptor, Joining joining);
  // The answer to Replays::read().
  void resume(std::uint64_t connection, core::Result<stream::Page> page);

  // Sends to at most `max` connections of one user, starting at `cursor`, which it advances. Writes directly to the
  // socket; uses the outbox only after EAGAIN. May close connections. Returns how many it served.
  std::size_t transmit(std::uint32_t& cursor, Bundle& bundle, std::size_t max);

  // Readable when process() has something to do.
  int descriptor() const { return epoll_.get(); }
  // Handles ready events. True: more may be pending, call again soon.
  bool process();

  // Visits the next 1/parts of the slots: pings, deadlines, report of open clients. Called `parts` times per second.
  void sweep(unsigned parts);
  // Receives the clients that hold a stream, each at least once per `period` seconds and at most kReport at a time;
  // without Basic sessions. Called by sweep(), must not block.
  using Report = core::Callback<void(const std::vector<core::ClientId>&)>;
  static constexpr std::size_t kReport = 1024;
  void report_to(Report report, unsigned period);

  // Receives the payloads of pongs. Called by process(), must not block.
  using Ponged = core::Callback<void(core::UserId, core::ClientId, std::string_view)>;
  void pongs_to(Ponged ponged) { ponged_ = std::move(ponged); }

  bool holds(core::UserId user, core::ClientId client) const;
  // What the operator may know about a stream.
  struct Sight {
    core::ClientId client;
    stream::Transport transport;
    std::size_t frames;  // in its outbox
    std::size_t bytes;   // the same
    std::uint32_t next;  // of the same user; kNone: none
  };
  Sight look_at(std::uint32_t slot) const;
  // Closes the selected connections without a Close frame.
  void disconnect(const hub::Selection& which);
  void close_all(CloseReason reason);

  std::size_t size() const { return connections_.used(); }

 private:
  struct Backlog {
    Outbox outbox;
    BufferPool::Buffer input;  // not yet consumed by the protocol
    std::uint32_t input_size = 0;
    std::uint32_t memory = 0;  // Input::memory
    std::unique_ptr<Resume> resume;
  };
  // Properties of a transport, with events or without; read for each message and by each sweep, hence copied from the
  // protocol.
  struct Kind {
    const Protocol* protocol = nullptr;
    stream::Encoding encoding{};
    unsigned patience = 0;  // seconds without a sign of life
    std::string_view ping{};
  };
  bool is_behind(const Connection& connection) const {
    return connection.backlog != kNone && !backlogs_[connection.backlog].outbox.empty();
  }
  static std::size_t kind_index(stream::Transport transport, bool events) {
    return static_cast<std::size_t>(transport) + (events ? stream::kTransports : 0);
  }
  static stream::Transport transport_of(const Connection& connection) {
    return static_cast<stream::Transport>(connection.kind % stream::kTransports);
  }
  const Kind& kind(stream::Transport transport) const { return kinds_[kind_index(transport, false)]; }
  const Kind& kind_of(const Connection& connection) const { return kinds_[connection.kind]; }

  // The socket first, then the outbox.
  void deliver(std::uint32_t slot, Bundle& bundle);
  void read(std::uint32_t slot);
  void keep_rest(std::uint32_t slot, const Input& input);
  void write(std::uint32_t slot);
  void send_control(std::uint32_t slot, std::string_view bytes);
  // After a send that did not take all of the bundle.
  void hold_rest(std::uint32_t slot, const Bundle& bundle, ssize_t sent);
  // `sent` bytes of the bundle are sent; queues the rest.
  void hold_back(std::uint32_t slot, const Bundle& bundle, std::size_t sent);
  // Sends the protocol's closing bytes, then shuts down our side; the peer has kLinger seconds to close its own.
  void end(std::uint32_t slot, const Ending& ending);
  void close(std::uint32_t slot, CloseReason reason);
  void leave(std::uint32_t slot, CloseReason reason);  // removes it from the roster and counts it
  void release(std::uint32_t slot);
  void visit(std::uint32_t slot);
  void note_open(std::uint32_t slot);
  void report();

  // connection_table_resume.cpp
  void begin_resume(std::uint32_t slot, const stream::Cursor& since, std::unique_ptr<Poll> poll);
  void ask(std::uint32_t slot);
  // What is for its user while it is not live yet.
  void pass_by(std::uint32_t slot, std::span<const stream::Message> messages);
  void deliver_unsent(std::uint32_t slot, std::span<const stream::Message> messages);
  // False: the socket did not take all of it, or the connection is closed.
  bool send_page(std::uint32_t slot, std::vector<stream::Message> messages);
  void keep_cut(std::uint32_t slot, std::size_t sent);
  void join(std::uint32_t slot);
  void end_resume(std::uint32_t slot);
  // Once per second. False: closed.
  bool check_resume(std::uint32_t slot);
  // The answer of a poll; no messages: its time is over. Then the connection ends.
  void answer_poll(std::uint32_t slot, std::span<const stream::Message> messages);
  Resume* resume_of(const Connection& connection) {
    return connection.backlog == kNone ? nullptr : backlogs_[connection.backlog].resume.get();
  }
  core::UserId user_of(std::uint32_t slot) { return roster_.entry(connections_[slot].user).user; }

  Backlog& borrow(std::uint32_t slot);
  void give_back_if_idle(std::uint32_t slot);
  void give_back(std::uint32_t slot);
  void watch(std::uint32_t slot, bool write);

  Roster& roster_;
  const std::uint16_t ping_period_;
  std::array<Kind, 2 * stream::kTransports> kinds_;  // by kind_index()
  BufferPool read_buffers_;
  BufferPool write_buffers_;
  const Outbox::Limits limits_;
  StreamMeters& meters_;
  Replays& replays_;
  core::Descriptor epoll_;
  SlotPool<Connection> connections_;
  SlotPool<Backlog> backlogs_;
  std::vector<std::shared_ptr<const void>> places_;  // by slot; empty unless streams come with places
  BufferPool::Buffer read_buffer_;                   // one for all connections
  std::string reply_;                                // to the read in progress
  Bundle page_;                                      // the part of a page that is being sent
  std::uint16_t now_ = 0;    // loop seconds: counted by sweeps, so a suspended process times nobody out
  unsigned sweeps_ = 0;      // within this second
  std::uint32_t swept_ = 0;  // slots below this were visited within this second

  // In second s of the period, the slots with slot % period == s are reported.
  Report report_;
  unsigned report_period_ = 1;
  unsigned report_second_ = 0;
  std::vector<core::ClientId> open_clients_;
  Ponged ponged_;
};

}  // namespace push::net
