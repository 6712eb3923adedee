#include "store/postgres/listener.hpp"

#include <chrono>
#include <string_view>
#include <utility>

#include "push/core/log.hpp"
#include "store/postgres/notice.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

// Before it connects again; also how long a stop may go unnoticed.
constexpr std::chrono::milliseconds kListenerPause{200};
// The server is queried this often, so that one that has silently gone away is noticed.
constexpr std::chrono::seconds kAskPeriod{2};
constexpr std::string_view kAsk = "SELECT 'listening'";

}  // namespace

Listener::Listener(ConnectionString where, std::string channel, metrics::Registry& metrics)
    : where_(std::move(where)),
      listen_("LISTEN " + std::move(channel)),
      heard_(metrics.counter("push_store_notifications_total", "Notifications received from PostgreSQL.")),
      lost_(metrics.counter("push_store_lost_listeners_total",
                            "Lost connections for notifications; each is replaced.")) {}

void Listener::start(FeedListener& listener) {
  thread_ = core::Thread("listener", [this, &listener](const std::stop_token& stop) { run(stop, listener); });
}

void Listener::run(const std::stop_token& stop, FeedListener& listener) {
  bool up = false;
  while (!stop.stop_requested()) {
    Result<void> works = connection_ ? hear(listener) : connect();
    if (works) {
      if (!std::exchange(up, true)) listener.on_link(true);
      continue;
    }
    connection_.reset();
    if (std::exchange(up, false)) {
      lost_.add();
      spdlog::warn("lost the connection for database notifications, reconnecting error=\"{}\"", works.error().text);
      listener.on_link(false);
    }
    core::sleep_for(stop, kListenerPause);
  }
  connection_.reset();
}

Result<void> Listener::connect() {
  auto opened = Connection::open(where_, Connection::Use::watching);
  if (!opened) return opened.error();
  if (auto listens = opened->run(listen_); !listens) return listens.error();
  connection_ = *std::move(opened);
  asked_ = core::steady_now();
  return {};
}

Result<void> Listener::hear(FeedListener& listener) {
  const auto texts = connection_->notifications(kListenerPause);
  if (!texts) return texts.error();
  heard_.add(texts->size());
  for (const std::string& text : *texts) {
    const auto notice = read_notice(text);
    if (!notice) continue;
    if (notice->log) {
      listener.on_log();
    } else {
      listener.on_commit(notice->node, notice->previous, notice->last);
    }
  }
  if (core::steady_now() - asked_ < kAskPeriod) return {};
  if (auto answered = connection_->query(kAsk); !answered) return answered.error();
  asked_ = core::steady_now();
  return {};
}

}  // namespace push::store::postgres
