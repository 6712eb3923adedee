#include "benchmark/support/subscribers.hpp"

#include <sched.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/socket.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/tcp_counters.hpp"

namespace push::bench {
namespace {

constexpr std::size_t kEventsAtOnce = 256;
constexpr std::size_t kHandshakesAtOnce = 64;
constexpr std::size_t kConnectsAtOnce = 32;      // before those that are connected send their requests
constexpr std::size_t kPerSourceAddress = 4000;  // beyond, the search for a free source port becomes slow
constexpr std::size_t kBufferSize = 64 * 1024;
constexpr std::uint64_t kOther = ~std::uint64_t{0};

}  // namespace

Subscribers::Subscribers(SubscriberPlan plan)
    : plan_(plan), epoll_(must(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), buffer_(kBufferSize) {
  raise_descriptor_limit(plan_.descriptors);
}

void Subscribers::watch(int other_fd) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kOther}};
  must(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, other_fd, &event), "epoll_ctl");
}

SourceAddress Subscribers::source_of(std::size_t slot) const {
  return {.net = plan_.source_net, .host = 1 + static_cast<unsigned>(slot / kPerSourceAddress)};
}

void Subscribers::start(std::size_t slot, std::uint32_t user, std::uint32_t base) {
  hold(slot, user, base, connect_to_loopback(plan_.port, source_of(slot)));
}

void Subscribers::hold(std::size_t slot, std::uint32_t user, std::uint32_t base, core::Descriptor fd) {
  Subscriber& subscriber = subscribers_.at(slot);
  ++subscriber.generation;
  epoll_event event{.events = EPOLLOUT,
                    .data = {.u64 = std::uint64_t{subscriber.generation} << 32 | static_cast<std::uint32_t>(slot)}};
  must(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event), "epoll_ctl");
  subscriber.fd = fd.release();
  subscriber.user = user;
  subscriber.sequence = base;
  subscriber.state = State::connecting;
  subscriber.pinged = false;
  subscriber.last_id = 0;
  ++pending_;
}

void Subscribers::stop(std::size_t slot) {
  Subscriber& subscriber = subscribers_.at(slot);
  if (subscriber.state == State::closed) return;
  --(subscriber.state == State::open ? open_ : pending_);
  ::close(subscriber.fd);
  subscriber.fd = -1;
  subscriber.state = State::closed;
  incomplete_.erase(slot);
}

void Subscribers::drop_all() {
  for (std::size_t slot = 0; slot < subscribers_.size(); ++slot) stop(slot);
  subscribers_.clear();
}

void Subscribers::open_up_to(std::size_t count, std::uint32_t base, unsigned first_user, double timeout_seconds) {
  std::size_t next = subscribers_.size();
  subscribers_.resize(std::max(count, next));
  run_until(
      [&] {
        while (next < count && pending_ < kHandshakesAtOnce) {
          const unsigned user = first_user + static_cast<unsigned>(next);
          start(next, !plan_.own_users ? 0 : plan_.users != 0 ? user % plan_.users : user, base);
          ++next;
        }
        return open_ >= count;
      },
      timeout_seconds, "connections");
}

std::size_t Subscribers::churn(std::size_t total, std::size_t window, unsigned first_user, unsigned users,
                               double limit_seconds) {
  if (!subscribers_.empty()) fail("churn() needs a fresh start");
  subscribers_.resize(window);
  std::size_t opened = 0;
  const Deadline limit(limit_seconds);
  run_until(
      [&] {
        while (opened < total && pending_ < kHandshakesAtOnce && !limit.passed()) {
          const std::size_t slot = opened % window;
          stop(slot);
          start(slot, plan_.own_users ? first_user + static_cast<unsigned>(opened % users) : 0, 0);
          ++opened;
        }
        return pending_ == 0;
      },
      limit_seconds + 30, "churned connections");
  drop_all();
  return opened;
}

Arrivals Subscribers::open_at_once(std::size_t count, std::uint32_t base, double timeout_seconds) {
  if (!subscribers_.empty()) fail("open_at_once() needs a fresh start");
  subscribers_.resize(count);
  std::vector<core::Descriptor> sockets;
  for (std::size_t slot = 0; slot < count; ++slot) sockets.push_back(bound_to_loopback(source_of(slot)));
  arrivals_.emplace();
  arrivals_->first_ns = monotonic_ns();
  for (std::size_t slot = 0; slot < count; ++slot) {
    subscribers_[slot].started_ns = monotonic_ns();
    if (start_connecting(sockets[slot].get(), plan_.port)) {
      hold(slot, plan_.own_users ? static_cast<unsigned>(slot) : 0, base, std::move(sockets[slot]));
    } else {
      ++arrivals_->refused;
    }
    if (slot % kConnectsAtOnce == 0) pump(0);
  }
  for (const Deadline deadline(timeout_seconds); pending_ > 0 && !deadline.passed();) pump(100);
  arrivals_->late = pending_;
  const Arrivals result = *arrivals_;
  arrivals_.reset();
  return result;
}

void Subscribers::await_loss(double timeout_seconds) {
  run_until([&] { return open_ == 0; }, timeout_seconds, "losses");
  losing_ = false;
  subscribers_.clear();
}

void Subscribers::lost(std::size_t slot, std::uint64_t Arrivals::*how, const std::string& why) {
  const bool allowed = losing_ || (arrivals_ && subscribers_[slot].state != State::open);
  if (!allowed) fail("subscriber " + std::to_string(slot) + ": " + why);
  if (arrivals_) ++((*arrivals_).*how);
  stop(slot);
}

void Subscribers::await_sequence(std::uint32_t sequence, double timeout_seconds) {
  awaited_ = sequence;
  arrived_ = 0;
  for (const Subscriber& subscriber : subscribers_) {
    if (subscriber.state == State::open && subscriber.sequence == sequence) ++arrived_;
  }
  run_until([&] { return arrived_ == open_; }, timeout_seconds, "deliveries");
  awaited_ = 0;
  if (!plan_.counts) return;
  for (; counted_ < sequence; ++counted_) {
    if (const std::size_t came = came_.at(counted_ + 1); came != open_)
      fail("message " + std::to_string(counted_ + 1) + " came " + std::to_string(came) + " times to " +
           std::to_string(open_) + " subscribers");
  }
}

void Subscribers::await_pings(double timeout_seconds) {
  ponged_ = 0;
  for (Subscriber& subscriber : subscribers_) subscriber.pinged = false;
  run_until([&] { return ponged_ >= open_; }, timeout_seconds, "pings");
}

void Subscribers::run_until(const std::function<bool()>& reached, double timeout_seconds, const char* what) {
  for (const Deadline deadline(timeout_seconds); !reached();) {
    if (deadline.passed()) {
      fail(std::string("not all ") + what + " in time: " + std::to_string(open_) + " open, " +
           std::to_string(pending_) + " pending, " + std::to_string(arrived_) + " have the awaited message, " +
           std::to_string(ponged_) + " pinged");
    }
    pump(100);
  }
}

void Subscribers::pump(int timeout_ms) {
  if (plan_.nap_us == 0) {
    handle_events(timeout_ms);
    if (plan_.yields) ::sched_yield();
    return;
  }
  ::usleep(plan_.nap_us);
  while (handle_events(0) == kEventsAtOnce) {
  }
}

std::size_t Subscribers::handle_events(int timeout_ms) {
  std::array<epoll_event, kEventsAtOnce> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
  if (count < 0 && errno != EINTR) fail_errno("epoll_wait");
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    if (event.data.u64 == kOther) continue;
    const std::size_t slot = event.data.u64 & 0xFFFFFFFFU;
    if (slot >= subscribers_.size() || subscribers_[slot].generation != event.data.u64 >> 32) continue;
    on_event(slot, event.events);
  }
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

void Subscribers::on_event(std::size_t slot, std::uint32_t events) {
  Subscriber& subscriber = subscribers_[slot];
  if (subscriber.state == State::closed) return;
  if (subscriber.state != State::connecting) return read(slot);
  if (const int error = connect_error(subscriber.fd); error != 0) {
    return lost(slot, &Arrivals::refused, std::string("connect: ") + std::strerror(error));
  }
  if ((events & EPOLLOUT) == 0) return;
  write_request(subscriber);
  epoll_event event{.events = EPOLLIN,
                    .data = {.u64 = std::uint64_t{subscriber.generation} << 32 | static_cast<std::uint32_t>(slot)}};
  must(::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, subscriber.fd, &event), "epoll_ctl");
}

void Subscribers::write_request(Subscriber& subscriber) {
  std::string target = "/stream?token=" + client_token(subscriber.user);
  if (since_) target += "&since_id=" + std::to_string(*since_);
  if (plan_.kind == Kind::http_session) target = "/version";
  if (plan_.kind == Kind::sse) target += "&transport=sse";
  if (plan_.kind == Kind::ndjson) target += "&transport=ndjson";
  send_whole(subscriber.fd,
             plan_.kind == Kind::websocket ? upgrade_request(target, plan_.port) : get_request(plan_.port, target));
  subscriber.state = State::upgrading;
}

void Subscribers::read(std::size_t slot) {
  Subscriber& subscriber = subscribers_[slot];
  const ssize_t size = ::recv(subscriber.fd, buffer_.data(), buffer_.size(), 0);
  const std::int64_t now = monotonic_ns();
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size < 0) return lost(slot, &Arrivals::broken, std::string("recv: ") + std::strerror(errno));
  if (size == 0) return lost(slot, &Arrivals::broken, "closed by the server");
  const std::string_view bytes(buffer_.data(), static_cast<std::size_t>(size));
  const auto kept = incomplete_.find(slot);
  if (kept == incomplete_.end()) {
    if (const std::string_view rest = eat(subscriber, bytes, now); !rest.empty()) incomplete_[slot] = rest;
    return;
  }
  kept->second += bytes;
  const std::string whole = std::move(kept->second);
  incomplete_.erase(kept);
  if (const std::string_view rest = eat(subscriber, whole, now); !rest.empty()) incomplete_[slot] = rest;
}

std::string_view Subscribers::eat(Subscriber& subscriber, std::string_view bytes, std::int64_t now) {
  if (subscriber.state == State::upgrading) {
    // A stream's body ends with the connection.
    const bool endless = plan_.kind != Kind::http_session && bytes.starts_with("HTTP/1.1 200 ");
    const auto response = parse_response(bytes, endless);
    if (!response) return bytes;
    if (!is_expected(*response)) {
      lost(static_cast<std::size_t>(&subscriber - subscribers_.data()), &Arrivals::answered,
           "unexpected answer: " + std::string(response->head) + std::string(response->body));
      return {};
    }
    subscriber.state = State::open;
    --pending_;
    ++open_;
    if (arrivals_) {
      ++arrivals_->opened;
      arrivals_->last_ns = now;
      arrivals_->times.record(now - subscriber.started_ns);
    }
    bytes.remove_prefix(response->size);
  }
  return plan_.kind == Kind::websocket ? eat_frames(subscriber, bytes, now) : eat_blocks(subscriber, bytes, now);
}

bool Subscribers::is_expected(const Response& response) const {
  if (since_ && find_header(response.head, "Gotify-Stream-Complete") != "true") return false;
  switch (plan_.kind) {
    case Kind::websocket:
      return response.status == 101 && find_header(response.head, "Sec-WebSocket-Accept") == kExpectedAccept;
    case Kind::sse:
      return response.status == 200 && find_header(response.head, "Content-Type") == "text/event-stream";
    case Kind::ndjson:
      return response.status == 200 && find_header(response.head, "Content-Type") == "application/x-ndjson";
    case Kind::http_session:
      return response.status == 200;
  }
  return false;
}

// A block is an event, which an empty line ends, or a line.
std::string_view Subscribers::eat_blocks(Subscriber& subscriber, std::string_view bytes, std::int64_t now) {
  const bool events = plan_.kind == Kind::sse;
  const std::string_view end = events ? "\n\n" : "\n";
  for (std::size_t size = 0; (size = bytes.find(end)) != std::string_view::npos; bytes.remove_prefix(size)) {
    const std::string_view block = bytes.substr(0, size);
    size += end.size();
    if (block == (events ? ":" : "")) {
      on_sign_of_life(subscriber);
    } else if (!block.starts_with("retry: ")) {
      if (size == bytes.size()) last_frame_ = bytes;
      on_message(subscriber, block, now);
    }
  }
  return bytes;
}

std::string_view Subscribers::eat_frames(Subscriber& subscriber, std::string_view bytes, std::int64_t now) {
  while (const auto frame = parse_server_frame(bytes)) {
    if (frame->opcode == Opcode::text && frame->size == bytes.size()) last_frame_ = bytes;
    on_frame(subscriber, *frame, now);
    bytes.remove_prefix(frame->size);
  }
  return bytes;
}

void Subscribers::on_frame(Subscriber& subscriber, const Frame& frame, std::int64_t now) {
  if (frame.opcode == Opcode::ping) {
    send_whole(subscriber.fd, client_frame(Opcode::pong, frame.payload));
    return on_sign_of_life(subscriber);
  }
  if (frame.opcode != Opcode::text || !frame.final) {
    fail("unexpected frame with opcode " + std::to_string(static_cast<int>(frame.opcode)));
  }
  on_message(subscriber, frame.payload, now);
}

void Subscribers::on_sign_of_life(Subscriber& subscriber) {
  if (!subscriber.pinged) ++ponged_;
  subscriber.pinged = true;
}

void Subscribers::on_message(Subscriber& subscriber, std::string_view payload, std::int64_t now) {
  const auto stamp = find_stamp(payload);
  if (!stamp) fail("a message that the benchmark did not send: " + std::string(payload));
  if (stamp->user != subscriber.user)
    fail("user " + std::to_string(subscriber.user) + " received a message of user " + std::to_string(stamp->user));
  check_order(subscriber, stamp->sequence, payload);
  subscriber.sequence = plan_.counts ? subscriber.sequence + 1 : stamp->sequence;
  if (subscriber.sequence == awaited_) ++arrived_;
  ++deliveries_;
  latencies_.record(now - stamp->sent_ns);
  last_delivery_ns_ = now;
}

void Subscribers::check_order(Subscriber& subscriber, std::uint32_t sequence, std::string_view payload) {
  if (!plan_.concurrent_posts && !plan_.counts) {
    if (sequence == subscriber.sequence + 1) return;
    fail("user " + std::to_string(subscriber.user) + " received message " + std::to_string(sequence) + " after " +
         std::to_string(subscriber.sequence));
  }
  if (plan_.counts) {
    if (came_.size() <= sequence) came_.resize(2 * std::size_t{sequence} + 1);
    ++came_[sequence];
  } else {
    if (seen_.size() <= sequence) seen_.resize(2 * std::size_t{sequence} + 1);
    if (seen_[sequence]) fail("message " + std::to_string(sequence) + " came twice");
    seen_[sequence] = true;
  }
  const std::uint64_t id = id_in(payload);
  if (id <= subscriber.last_id) fail("id " + std::to_string(id) + " came after " + std::to_string(subscriber.last_id));
  subscriber.last_id = id;
}

std::uint64_t Subscribers::segments() const {
  std::uint64_t sum = 0;
  for (const Subscriber& subscriber : subscribers_) {
    if (subscriber.state == State::open) sum += data_segments_received(subscriber.fd);
  }
  return sum;
}

void Subscribers::forget_latencies() {
  latencies_ = Histogram{};
}

}  // namespace push::bench
