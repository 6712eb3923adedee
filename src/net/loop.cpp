#include "net/loop.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "push/core/check.hpp"
#include "push/core/log.hpp"

namespace push::net {
namespace {

using boost::system::error_code;

constexpr unsigned kTurnsAtOnce = 32;       // requests; about a millisecond
constexpr unsigned kSweepsPerSecond = 10;   // each visits a tenth of the slots
constexpr std::size_t kGiveWay = 1024;      // idle sessions that are found at once when sockets run short
constexpr std::size_t kHelp = 64;           // idle sessions that a sweep closes for the acceptors of other loops
constexpr std::size_t kVisitsPerRoom = 16;  // sessions visited for each that may be closed, more only once per sweep
constexpr unsigned kAnswerSeconds = 5;      // at shutdown; less than the 10 s after which Docker kills

}  // namespace

Loop::Loop(hub::LoopIndex index, LoopShared& shared)
    : index_(index),
      shared_(shared),
      for_sessions_{shared.settings.http, shared.http_meters, shared.budget, shared.strangers, *this, *this},
      context_(1),
      work_(context_.get_executor()),
      roster_(shared.hub, index),
      connections_(roster_, shared.settings.stream, shared.stream_meters, shared.protocols, *this),
      fanout_(roster_, connections_, shared.stream_meters),
      ready_(context_, ::dup(connections_.descriptor())),
      sweep_timer_(context_) {}

Loop::~Loop() {
  join();
}

void Loop::add_acceptor(core::Descriptor socket, const Listener& listener, std::vector<SocketTaker*> takers) {
  if (takers.empty()) takers.push_back(this);
  acceptors_.push_back(std::make_unique<Acceptor>(
      context_, std::move(socket), listener, std::move(takers), shared_.sockets, [this] { return make_room(); },
      shared_.http_meters.accept_paused));
}

void Loop::start() {
  if (shared_.gate != nullptr) {
    connections_.report_to([gate = shared_.gate](const auto& clients) { gate->still_open(clients); },
                           shared_.settings.tokenperiodseconds);
    connections_.pongs_to([gate = shared_.gate](core::UserId user, core::ClientId client, std::string_view payload) {
      gate->ponged(user, client, payload);
    });
  }
  for (const auto& acceptor : acceptors_) acceptor->start(acceptors_.size());
  thread_ = core::Thread("loop" + std::to_string(index_), [this](const std::stop_token&) { run(); });
}

void Loop::join() {
  thread_.join();
}

void Loop::run() {
  thread_id_.store(std::this_thread::get_id(), std::memory_order_relaxed);
  watch_connections();
  schedule_sweep();
  context_.run();
}

// ---- parcels

void Loop::drop(Parcel parcel) {
  if (std::holds_alternative<stream::Message>(parcel)) messages_waiting_.fetch_add(1, std::memory_order_relaxed);
  if (inbox_.drop(std::move(parcel))) wake();
}

void Loop::wake() {
  boost::asio::post(context_, [this] { empty_inbox(); });
}

void Loop::empty_inbox() {
  PUSH_CHECK(on_loop_thread());
  inbox_.take(parcels_);
  for (Parcel& parcel : parcels_) unpack(parcel);
  parcels_.clear();
  if (fanout_.waiting() > 0 && !pumping_) pump();
}

void Loop::unpack(Parcel& parcel) {
  struct {
    Loop& loop;
    void operator()(stream::Message& message) const {
      if (!loop.fanout_.hand_out(std::move(message))) loop.messages_waiting_.fetch_sub(1, std::memory_order_relaxed);
    }
    void operator()(Revocation& revocation) const { loop.connections_.disconnect(revocation.which); }
    void operator()(Answer& answer) const { loop.answer(answer.session, std::move(answer.response)); }
    void operator()(BodyWanted& wanted) const {
      loop.read_body(wanted.session, wanted.limit, std::move(wanted.receiver));
    }
    void operator()(Opening& opening) const {
      loop.stream(opening.session, std::move(opening.request), std::move(opening.admission));
    }
    void operator()(Order& order) const { order(); }
  } visitor{*this};
  std::visit(visitor, parcel);
}

void Loop::watch(std::uint64_t session, Departed departed) {
  if (!on_loop_thread()) {
    return drop(
        Order([this, session, departed = std::move(departed)]() mutable { watch(session, std::move(departed)); }));
  }
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return departed->store(true, std::memory_order_relaxed);
  found->second->watch(std::move(departed));
}

void Loop::answer(std::uint64_t session, Response response) {
  if (!on_loop_thread()) return drop(Answer{session, std::move(response)});
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const std::shared_ptr<HttpSession> held = found->second;  // it may forget itself
  held->answer(std::move(response));
}

void Loop::read_body(std::uint64_t session, BodyLimit limit, std::shared_ptr<BodyReceiver> receiver) {
  if (!on_loop_thread()) return drop(BodyWanted{session, limit, std::move(receiver)});
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const std::shared_ptr<HttpSession> held = found->second;
  held->read_body(limit, std::move(receiver));
}

void Loop::stream(std::uint64_t session, Request request, Admission admission) {
  if (!on_loop_thread()) return drop(Opening{session, std::move(request), std::move(admission)});
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return;
  const std::shared_ptr<HttpSession> held = found->second;
  held->stream(request, admission);
}

// ---- sessions

void Loop::take(core::Descriptor socket, std::string peer, const Listener& listener) {
  if (!on_loop_thread()) {
    return drop(Order([this, socket = std::move(socket), peer = std::move(peer), listener]() mutable {
      take(std::move(socket), std::move(peer), listener);
    }));
  }
  std::unique_ptr<Wire> wire = PlainWire::open(context_, std::move(socket));
  if (wire == nullptr) {
    shared_.sockets.open.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  const std::uint64_t id = next_session_++;
  const auto session = std::make_shared<HttpSession>(for_sessions_, id, std::move(wire), std::move(peer),
                                                     *listener.handler, listener.gate);
  sessions_.emplace(id, session);
  session->start();
}

bool Loop::adopt(std::uint64_t session, int descriptor, const Admission& admission, std::string_view greeting) {
  PUSH_CHECK(on_loop_thread());
  sessions_.erase(session);
  // Its socket is already counted, as a session's.
  const std::size_t before = connections_.size();
  std::unique_ptr<Poll> poll;
  if (admission.transport == stream::Transport::poll) {
    poll = std::make_unique<Poll>();
    poll->answer.no_store = true;
    poll->answer.headers = admission.headers;
    poll->deadline = static_cast<std::uint16_t>(admission.poll_seconds);
  }
  const bool adopted = connections_.adopt(descriptor, {.transport = admission.transport,
                                                       .user = admission.user,
                                                       .client = admission.client,
                                                       .events = admission.events,
                                                       .greeting = greeting,
                                                       .since = admission.since,
                                                       .poll = std::move(poll),
                                                       .place = admission.place});
  if (adopted)
    ++connections_seen_;
  else
    shared_.sockets.open.fetch_sub(1, std::memory_order_relaxed);
  PUSH_CHECK(connections_.size() <= before + 1);
  return adopted;
}

void Loop::closed(std::uint64_t session) {
  PUSH_CHECK(on_loop_thread());
  sessions_.erase(session);
  shared_.sockets.open.fetch_sub(1, std::memory_order_relaxed);
  check_wound_down();
}

template <class F>
void Loop::for_each_session(F visit) {
  for (auto next = sessions_.begin(); next != sessions_.end();) {
    const std::shared_ptr<HttpSession> session = (next++)->second;  // erasing one leaves the others where they are
    visit(*session);
  }
}

// Beyond some requests at a time each sender gets its turn: however many connections somebody floods, the others wait
// for a few milliseconds, not for all of those.
bool Loop::may_read(std::uint64_t session, core::Line line) {
  if (in_line_.empty() && reads_ < kTurnsAtOnce) {
    ++reads_;
    return true;
  }
  if (in_line_.empty()) boost::asio::post(context_, [this] { read_in_turn(); });
  in_line_.push(line, session);
  shared_.http_meters.in_line.add(1);
  return false;
}

void Loop::read_in_turn() {
  PUSH_CHECK(on_loop_thread());
  for (reads_ = 0; reads_ < kTurnsAtOnce && !in_line_.empty(); ++reads_) {
    shared_.http_meters.in_line.add(-1);
    const auto found = sessions_.find(in_line_.pop());
    if (found == sessions_.end()) continue;
    const std::shared_ptr<HttpSession> held = found->second;
    held->on_turn();
  }
  if (in_line_.empty()) {
    reads_ = 0;
  } else {
    boost::asio::post(context_, [this] { read_in_turn(); });
  }
}

// ---- connections

void Loop::watch_connections() {
  ready_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](error_code error) {
    if (!error) on_connections_ready();
  });
}

void Loop::on_connections_ready() {
  PUSH_CHECK(on_loop_thread());
  const bool more = connections_.process();
  count_sockets();
  if (more)
    boost::asio::post(context_, [this] { on_connections_ready(); });
  else
    watch_connections();
}

void Loop::read(std::uint64_t connection, core::UserId user, const stream::Cursor& after) {
  shared_.archive.read(user, after, [this, connection](core::Result<stream::Page> page) {
    drop(Order([this, connection, page = std::move(page)]() mutable {
      connections_.resume(connection, std::move(page));
      count_sockets();
    }));
  });
}

void Loop::pump() {
  PUSH_CHECK(on_loop_thread());
  const std::size_t before = fanout_.waiting();
  pumping_ = fanout_.fan_out();
  messages_waiting_.fetch_sub(before - fanout_.waiting(), std::memory_order_relaxed);
  count_sockets();
  if (!pumping_) return;
  // When every core is sending, the writer would resume after its disk write only at the end of one of our time slices
  // (8 ms were measured). The price: next to a CPU-bound program a loop gets less of the core.
  std::this_thread::yield();
  boost::asio::post(context_, [this] { pump(); });
}

void Loop::count_sockets() {
  const std::size_t open = connections_.size();
  if (open == connections_seen_) return;
  shared_.sockets.open.fetch_sub(connections_seen_ - open, std::memory_order_relaxed);
  connections_seen_ = open;
}

// ---- time

void Loop::schedule_sweep() {
  sweep_timer_.expires_after(std::chrono::milliseconds(1000 / kSweepsPerSecond));
  sweep_timer_.async_wait([this](error_code error) {
    if (!error) sweep();
  });
}

void Loop::sweep() {
  PUSH_CHECK(on_loop_thread());
  connections_.sweep(kSweepsPerSecond);
  count_sockets();
  if (std::exchange(idle_sessions_found_, std::nullopt)) std::vector<IdleSession>().swap(idle_sessions_);
  if (shared_.sockets.wanted.load(std::memory_order_relaxed)) help_acceptors();
  if (++sweeps_ == kSweepsPerSecond) {
    sweeps_ = 0;
    ++for_sessions_.seconds;
    for_each_session([](HttpSession& session) { session.check_deadline(); });
    check_wound_down();
  }
  schedule_sweep();
}

bool Loop::make_room() {
  PUSH_CHECK(on_loop_thread());
  while (!idle_sessions_.empty() || find_idle_sessions()) {
    const auto [since, id] = idle_sessions_.back();
    idle_sessions_.pop_back();
    const auto found = sessions_.find(id);
    if (found == sessions_.end() || found->second->idle_since() != since) continue;
    const std::shared_ptr<HttpSession> session = found->second;
    session->give_way();
    shared_.http_meters.gave_way.add();
    return true;
  }
  return false;
}

void Loop::help_acceptors() {
  if (shared_.sockets.open.load(std::memory_order_relaxed) < shared_.sockets.max) return;
  for (std::size_t made = 0; made < kHelp && make_room(); ++made) {
  }
}

bool Loop::find_idle_sessions() {
  if (idle_sessions_found_.has_value() && *idle_sessions_found_ * kVisitsPerRoom < sessions_.size()) return false;
  for (const auto& [id, session] : sessions_) {
    if (const auto since = session->idle_since()) idle_sessions_.emplace_back(*since, id);
  }
  const auto now = for_sessions_.seconds;
  // Who has waited longest. Within one second, who was accepted last: most strangers have asked only once.
  const auto goes_first = [now](const IdleSession& a, const IdleSession& b) {
    return IdleSession(now - a.first, a.second) > IdleSession(now - b.first, b.second);
  };
  const std::size_t count = std::min(kGiveWay, idle_sessions_.size());
  const auto last = idle_sessions_.begin() + static_cast<std::ptrdiff_t>(count);
  std::partial_sort(idle_sessions_.begin(), last, idle_sessions_.end(), goes_first);
  idle_sessions_.erase(last, idle_sessions_.end());
  std::reverse(idle_sessions_.begin(), idle_sessions_.end());
  idle_sessions_found_ = count;
  return count > 0;
}

// ---- shutdown

void Loop::stop_accepting() {
  PUSH_CHECK(on_loop_thread());
  for (const auto& acceptor : acceptors_) acceptor->stop();
  for_each_session([](HttpSession& session) { session.drain(); });
}

void Loop::wind_down(Order done) {
  PUSH_CHECK(on_loop_thread());
  while (fanout_.fan_out()) {  // messages committed before the shutdown are still sent
  }
  wound_down_ = std::move(done);
  wound_down_at_ = for_sessions_.seconds + kAnswerSeconds;
  for_each_session([](HttpSession& session) {
    if (!session.is_writing()) session.abort();
  });
  check_wound_down();
}

void Loop::check_wound_down() {
  if (!wound_down_) return;
  if (!sessions_.empty() && for_sessions_.seconds < wound_down_at_) return;
  std::exchange(wound_down_, Order())();
}

void Loop::finish() {
  PUSH_CHECK(on_loop_thread());
  for_each_session([](HttpSession& session) { session.abort(); });
  connections_.close_all(CloseReason::shutdown);
  count_sockets();
  work_.reset();
  context_.stop();
}

}  // namespace push::net
