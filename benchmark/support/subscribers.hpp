// Many subscribers in one thread: connects, answers pings, checks and times every message.
//
// Every message must carry the stamp of its subscriber's user and the number after the last one's; anything else (a
// gap, a repetition, another user's message, a close, bytes that are not a frame) is a Failure. If several POSTs are in
// flight at once, the server chooses their order: with `concurrent_posts`, ids must be ascending at each subscriber and
// no number may come twice; deliveries() shows that none is missing.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "benchmark/support/http.hpp"
#include "benchmark/support/socket.hpp"
#include "benchmark/support/stats.hpp"
#include "push/core/descriptor.hpp"
#include "support/frame.hpp"

namespace push::bench {

enum class Kind : std::uint8_t {
  websocket,
  sse,
  ndjson,
  http_session,  // no stream: open once its only request is answered
};

struct SubscriberPlan {
  std::uint16_t port = 0;
  unsigned source_net = 0;  // 127.0.net.*
  bool own_users = false;   // connection i is user i; otherwise all are user 0
  Kind kind = Kind::websocket;
  bool concurrent_posts = false;  // for subscribers of different users; numbers are then counted over all of them
  bool counts = false;  // of one user, posts in any order: ids must be ascending; the number is the count of messages
  bool yields = false;  // yields the core after each batch of events, as if it ran on another machine
  unsigned nap_us = 0;  // polls at this interval, so that no send() has to wake it; 0 = each may
  unsigned users = 0;   // of own_users, if they have several connections each: connection i is user i % users
  unsigned descriptors = 20'000;
  double patience_seconds = 60;  // of a SubscriberProcess, for any one step
};

// The outcome of many subscribers connecting at once.
struct Arrivals {
  std::uint64_t opened = 0;
  std::uint64_t refused = 0;   // connect() failed
  std::uint64_t broken = 0;    // reset or closed before an answer
  std::uint64_t answered = 0;  // with anything but a stream
  std::uint64_t late = 0;      // none of these in time
  std::int64_t first_ns = 0;   // the first connect()
  std::int64_t last_ns = 0;    // the last answer
  Histogram times;             // of each, from its connect() to its answer
};

using support::client_frame;
using support::Opcode;
using support::parse_server_frame;
using Frame = support::FrameView;

class Subscribers {
 public:
  explicit Subscribers(SubscriberPlan plan);

  // Opens connections until `count` are held; each new one expects message number base + 1 next. `first_user` shifts
  // the users of own_users.
  void open_up_to(std::size_t count, std::uint32_t base, unsigned first_user, double timeout_seconds);
  // Opens and drops `total` connections, at most `window` at once, over `users` users from first_user on; stops early
  // at the time limit. Drops all at the end. Returns how many were opened.
  std::size_t churn(std::size_t total, std::size_t window, unsigned first_user, unsigned users, double limit_seconds);
  void drop_all();
  // From here on a stream asks for what followed this message, and is lost if it is told that not all of it can be
  // sent.
  void resume_from(std::uint64_t message) { since_ = message; }
  // Opens `count` connections with all connect()s one after another, waiting for nothing: each sends its request as
  // soon as it is connected. Counts those that are not admitted. Needs a fresh start.
  Arrivals open_at_once(std::size_t count, std::uint32_t base, double timeout_seconds);
  // From now on the server may close connections; await_loss() waits until it has closed all.
  void allow_loss() { losing_ = true; }
  void await_loss(double timeout_seconds);

  // Waits until every connection has received exactly message `sequence`.
  void await_sequence(std::uint32_t sequence, double timeout_seconds);
  // Waits until every connection has had a sign of life after this call; pings are answered.
  void await_pings(double timeout_seconds);

  // Handles pending events, waiting up to the timeout for the first one; also watches `other_fd`.
  void pump(int timeout_ms);
  void watch(int other_fd);
  int epoll_fd() const { return epoll_.get(); }

  std::size_t open() const { return open_; }
  std::uint64_t deliveries() const { return deliveries_; }
  const Histogram& latencies() const { return latencies_; }
  void forget_latencies();
  // Segments with data that the kernel has received for the open connections.
  std::uint64_t segments() const;
  std::int64_t last_delivery_ns() const { return last_delivery_ns_; }
  // The last encoded message that ended a read.
  const std::string& last_frame() const { return last_frame_; }

 private:
  enum class State : std::uint8_t { closed, connecting, upgrading, open };
  struct Subscriber {
    int fd = -1;
    std::uint32_t generation = 0;
    std::uint32_t sequence = 0;
    std::uint32_t user = 0;
    std::int64_t started_ns = 0;
    State state = State::closed;
    bool pinged = false;
    std::uint64_t last_id = 0;  // with concurrent_posts
  };

  SourceAddress source_of(std::size_t slot) const;
  std::size_t handle_events(int timeout_ms);  // returns their number
  void start(std::size_t slot, std::uint32_t user, std::uint32_t base);
  void hold(std::size_t slot, std::uint32_t user, std::uint32_t base, core::Descriptor connecting);
  // Records a lost connection where losses are allowed; otherwise a Failure.
  void lost(std::size_t slot, std::uint64_t Arrivals::*how, const std::string& why);
  void stop(std::size_t slot);
  void write_request(Subscriber& subscriber);
  void on_event(std::size_t slot, std::uint32_t events);
  void read(std::size_t slot);
  std::string_view eat(Subscriber& subscriber, std::string_view bytes, std::int64_t now);
  bool is_expected(const Response& response) const;
  std::string_view eat_frames(Subscriber& subscriber, std::string_view bytes, std::int64_t now);
  std::string_view eat_blocks(Subscriber& subscriber, std::string_view bytes, std::int64_t now);
  void on_frame(Subscriber& subscriber, const Frame& frame, std::int64_t now);
  void on_sign_of_life(Subscriber& subscriber);
  void on_message(Subscriber& subscriber, std::string_view payload, std::int64_t now);
  void check_order(Subscriber& subscriber, std::uint32_t sequence, std::string_view payload);
  void run_until(const std::function<bool()>& reached, double timeout_seconds, const char* what);

  SubscriberPlan plan_;
  std::optional<std::uint64_t> since_;
  core::Descriptor epoll_;
  std::vector<Subscriber> subscribers_;
  std::unordered_map<std::size_t, std::string> incomplete_;  // slot -> bytes of an unfinished frame
  std::vector<char> buffer_;
  std::size_t pending_ = 0;  // connecting or upgrading
  std::size_t open_ = 0;
  std::uint64_t deliveries_ = 0;
  std::uint32_t awaited_ = 0;  // sequence number for which arrived_ is counted
  std::size_t arrived_ = 0;
  std::size_t ponged_ = 0;
  bool losing_ = false;               // since allow_loss(), until await_loss() is done
  std::optional<Arrivals> arrivals_;  // in open_at_once()
  std::vector<bool> seen_;            // with concurrent_posts: by number
  std::vector<std::uint32_t> came_;   // with counts: how often, by number
  std::uint32_t counted_ = 0;         // likewise: all numbers up to this came to everybody
  Histogram latencies_;
  std::int64_t last_delivery_ns_ = 0;
  std::string last_frame_;
};

}  // namespace push::bench
