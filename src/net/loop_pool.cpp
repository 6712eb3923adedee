#include "push/net/loop_pool.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <bit>
#include <latch>
#include <span>
#include <thread>

#include "net/loop.hpp"
#include "push/core/check.hpp"
#include "push/core/mutex.hpp"

namespace push::net {
namespace {

constexpr std::size_t kKeysInOrder = 64;      // looked for in one go; a user may have thousands of streams
constexpr std::size_t kMaxLoops = 64;         // a hub::LoopSet has 64 bits
constexpr std::size_t kKeptDescriptors = 64;  // for database, log and images (reliability F1)
constexpr std::size_t kKeptByLoop = 6;        // for its epolls, timer and wake-up, besides its listening sockets

std::size_t loop_count(const config::Server& settings) {
  const std::size_t wanted =
      settings.threads != 0 ? settings.threads : std::max(1U, std::thread::hardware_concurrency());
  return std::min(wanted, kMaxLoops);
}

// The descriptor limit, after raising it as far as possible.
std::size_t descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

std::size_t socket_limit(const config::Server& settings) {
  const std::size_t descriptors = descriptor_limit();
  const std::size_t loops = loop_count(settings);
  const std::size_t kept = kKeptDescriptors + loops * (kKeptByLoop + sockets_per_loop(loops));
  const std::size_t most = descriptors > 2 * kept ? descriptors - kept : descriptors / 2;
  return settings.maxconnections == 0 ? most : std::min(most, settings.maxconnections);
}

// One body of the maximum size always fits: doubling makes it take up to twice its size, and as much again must stay
// free.
std::size_t request_budget(const config::Http& settings) {
  return std::max(settings.bodybudget, 4 * std::max(settings.messagelimit, settings.imagelimit));
}

}  // namespace

LoopPool::LoopPool(const config::Server& settings, hub::Hub& hub, metrics::Registry& metrics, stream::Archive& archive)
    : LoopPool(settings, hub, metrics, archive, net::protocols()) {}

LoopPool::LoopPool(const config::Server& settings, hub::Hub& hub, metrics::Registry& metrics, stream::Archive& archive,
                   const ProtocolByTransport& protocols)
    : shared_(new LoopShared{settings, hub, archive, StreamMeters(metrics), HttpMeters(metrics),
                             SocketLimit(socket_limit(settings)), RequestBudget(request_budget(settings.http)),
                             RequestBudget(request_budget(settings.http) / 4), protocols}) {
  const std::size_t count = loop_count(settings);
  for (std::size_t i = 0; i < count; ++i)
    loops_.push_back(std::make_unique<Loop>(static_cast<hub::LoopIndex>(i), *shared_));
  metrics.gauge("push_frames_waiting", "Messages waiting for the slowest event loop.",
                [this] { return static_cast<std::int64_t>(backlog()); });
  metrics.gauge("push_http_request_bytes", "Bytes held by large requests until they are answered.",
                [this] { return static_cast<std::int64_t>(shared_->budget.used() + shared_->strangers.used()); });
  metrics.gauge("push_sockets", "Open sockets of HTTP sessions and streams.",
                [this] { return static_cast<std::int64_t>(sockets()); });
  metrics.gauge("push_sockets_limit", "Sockets at which accepting pauses.",
                [this] { return static_cast<std::int64_t>(shared_->sockets.max); });
}

LoopPool::~LoopPool() {
  stop();
}

std::size_t LoopPool::sockets() const {
  return shared_->sockets.open.load();
}

core::Result<std::uint16_t> LoopPool::listen(const std::string& address, std::uint16_t port, RequestHandler& handler,
                                             StreamGate* gate) {
  PUSH_CHECK(gate == nullptr || shared_->gate == nullptr || shared_->gate == gate);
  if (gate != nullptr) shared_->gate = gate;
  const auto unsent = static_cast<int>(shared_->settings.stream.unsentbytes);
  Listener listener{address, port, shared_->settings.keepaliveperiodseconds, unsent, &handler, gate};
  auto sockets = open_listener(listener, loops_.size() * (gate != nullptr ? sockets_per_loop(loops_.size()) : 1));
  if (!sockets) return sockets.error();
  std::vector<SocketTaker*> takers;  // empty: each loop serves its own sockets
  if (listener.is_unix()) {
    for (const auto& loop : loops_) takers.push_back(loop.get());
  }
  for (std::size_t i = 0; i < sockets->size(); ++i) {
    loops_[i % loops_.size()]->add_acceptor(std::move((*sockets)[i]), listener, takers);
  }
  return listener.port;
}

void LoopPool::start() {
  for (const auto& loop : loops_) loop->start();
  running_ = true;
}

template <class F>
void LoopPool::on_every_loop(F order) {
  std::latch done(static_cast<std::ptrdiff_t>(loops_.size()));
  for (const auto& loop : loops_) {
    loop->drop(Order([&order, &done, target = loop.get()] {
      order(*target);
      done.count_down();
    }));
  }
  done.wait();
}

void LoopPool::stop_accepting() {
  if (running_) on_every_loop([](Loop& loop) { loop.stop_accepting(); });
}

void LoopPool::stop() {
  if (!running_) return;
  running_ = false;
  std::latch written(static_cast<std::ptrdiff_t>(loops_.size()));
  on_every_loop([&written](Loop& loop) { loop.wind_down([&written] { written.count_down(); }); });
  written.wait();
  on_every_loop([](Loop& loop) { loop.finish(); });
  for (const auto& loop : loops_) loop->join();
}

std::vector<hub::Key> LoopPool::open_streams(const std::vector<hub::Key>& clients) {
  core::Mutex mutex;
  std::vector<hub::Key> open;
  for (std::size_t from = 0; from < clients.size(); from += kKeysInOrder) {
    const auto some = std::span(clients).subspan(from, std::min(kKeysInOrder, clients.size() - from));
    on_every_loop([&](Loop& loop) {
      for (const hub::Key& key : some) {
        if (!loop.holds(key)) continue;
        const core::Lock lock(mutex);
        open.push_back(key);
      }
    });
  }
  return open;
}

void LoopPool::deliver(hub::LoopSet loops, const stream::Message& message) {
  for (; loops != 0; loops &= loops - 1) {
    loops_[static_cast<std::size_t>(std::countr_zero(loops))]->drop(message);
  }
}

void LoopPool::disconnect(hub::LoopSet loops, hub::Selection which) {
  for (; loops != 0; loops &= loops - 1) {
    loops_[static_cast<std::size_t>(std::countr_zero(loops))]->drop(Revocation{which});
  }
}

std::size_t LoopPool::backlog() const {
  std::size_t most = 0;
  for (const auto& loop : loops_) most = std::max(most, loop->backlog());
  return most;
}

}  // namespace push::net
