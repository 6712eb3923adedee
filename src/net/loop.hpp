// One thread with an io_context: acceptors, HTTP sessions, streams, roster, sweep. Owns all of them; other threads only
// put parcels into its inbox.
#pragma once
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "net/acceptor.hpp"
#include "net/census.hpp"
#include "net/connection_table.hpp"
#include "net/fanout.hpp"
#include "net/http_session.hpp"
#include "net/meters.hpp"
#include "net/parcel.hpp"
#include "net/request_budget.hpp"
#include "net/roster.hpp"
#include "net/session_context.hpp"
#include "push/core/thread.hpp"
#include "push/stream/archive.hpp"

namespace push::net {

// Shared by all loops of a pool; created once by the pool.
struct LoopShared {
  const config::Server& settings;
  hub::Hub& hub;
  stream::Archive& archive;
  StreamMeters stream_meters;
  HttpMeters http_meters;
  SocketLimit sockets;      // config maxconnections, resolved
  RequestBudget budget;     // config bodybudget, resolved: bodies of authenticated requests
  RequestBudget strangers;  // a quarter of that: headers, and bodies of everybody else
  Protocols protocols;
  StreamGate* gate = nullptr;  // for the listeners with streams; set before start()
};

class Loop final : private SessionOwner, private ReplyReceiver, private Replays, public SocketTaker {
 public:
  Loop(hub::LoopIndex index, LoopShared& shared);
  ~Loop();

  // ---- main thread
  // Without takers the loop serves what it accepts.
  void add_acceptor(core::Descriptor socket, const Listener& listener, std::vector<SocketTaker*> takers);
  void start();
  void join();

  // ---- any thread
  void drop(Parcel parcel);
  void take(core::Descriptor socket, std::string peer, const Listener& listener) override;
  std::size_t backlog() const { return messages_waiting_.load(std::memory_order_relaxed); }

  // ---- the loop's thread
  void stop_accepting();
  // Shutdown: ends all sessions but those that are writing an answer. Calls `done` when these are at an end, too, at
  // the latest after kAnswerSeconds.
  void wind_down(Order done);
  void finish();  // ends sessions and connections, then the thread
  bool holds(hub::Key key) const { return connections_.holds(key.user, key.client); }
  using Counted = core::Callback<void(Census::Tallies)>;
  // Calls `counted` after as many turns of the loop as it takes. The loop must not end before.
  void count(Census::Question question, Counted counted);

 private:
  using IdleSession = std::pair<unsigned, std::uint64_t>;  // its idle_since(), its id

  // ReplyReceiver, any thread.
  void watch(std::uint64_t session, Departed departed) override;
  void answer(std::uint64_t session, Response response) override;
  void read_body(std::uint64_t session, BodyLimit limit, std::shared_ptr<BodyReceiver> receiver) override;
  void stream(std::uint64_t session, Request request, Admission admission) override;
  // SessionOwner.
  const Protocol* protocol(stream::Transport transport) const override {
    return shared_.protocols[static_cast<std::size_t>(transport)];
  }
  // The hub knows the stream when adopt() returns.
  bool adopt(std::uint64_t session, int descriptor, const Admission& admission, std::string_view greeting) override;
  bool may_read(std::uint64_t session, core::Line line) override;
  void closed(std::uint64_t session) override;
  // Replays.
  bool is_current(core::UserId user, const stream::Cursor& after) override {
    return shared_.archive.is_current(user, after);
  }
  stream::Cursor relayed() const override { return shared_.archive.relayed(); }
  void read(std::uint64_t connection, core::UserId user, const stream::Cursor& after) override;

  void run();
  void check_wound_down();
  void wake();
  void empty_inbox();
  void unpack(Parcel& parcel);
  void read_in_turn();
  void pump();           // fan-out, one turn at a time
  void count_sockets();  // subtracts connections that the table has closed from the process's socket count
  void watch_connections();
  void on_connections_ready();
  void schedule_sweep();
  void sweep();
  void go_on(std::shared_ptr<Census> census, Counted counted);
  // Sockets ran short: ends the session that has waited longest for a request. False: none waits.
  bool make_room();
  void help_acceptors();  // of loops on which no session is idle
  bool find_idle_sessions();
  // A session may leave the table while it is visited.
  template <class F>
  void for_each_session(F visit);
  bool on_loop_thread() const { return std::this_thread::get_id() == thread_id_.load(std::memory_order_relaxed); }

  const hub::LoopIndex index_;
  LoopShared& shared_;
  SessionContext for_sessions_;  // above the context, whose pending waits hold sessions
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  core::Thread thread_;
  std::atomic<std::thread::id> thread_id_;  // set by the thread itself, which runs before thread_ is assigned

  Inbox inbox_;
  std::vector<Parcel> parcels_;                   // being unpacked
  std::atomic<std::size_t> messages_waiting_{0};  // received and not yet sent to all connections

  std::vector<std::unique_ptr<Acceptor>> acceptors_;
  boost::unordered_flat_map<std::uint64_t, std::shared_ptr<HttpSession>> sessions_;
  std::uint64_t next_session_ = 1;
  core::FairQueue<std::uint64_t> in_line_;  // sessions with an unread request
  unsigned reads_ = 0;                      // since the last call of read_in_turn()
  // Sessions that may give way, the one to go first at the end.
  std::vector<IdleSession> idle_sessions_;
  std::optional<std::size_t> idle_sessions_found_;  // since the last sweep

  Roster roster_;
  ConnectionTable connections_;
  Fanout fanout_;
  bool pumping_ = false;
  std::size_t connections_seen_ = 0;  // already counted in shared_.sockets

  boost::asio::posix::stream_descriptor ready_;  // wraps the table's epoll descriptor
  boost::asio::steady_timer sweep_timer_;
  unsigned sweeps_ = 0;
  Order wound_down_;  // set while the loop winds down
  unsigned wound_down_at_ = 0;
};

}  // namespace push::net
