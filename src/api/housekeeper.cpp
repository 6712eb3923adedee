#include "push/api/housekeeper.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "push/core/clock.hpp"
#include "push/core/log.hpp"

namespace push::api {
namespace {

constexpr std::size_t kTrimRounds = 10;

}  // namespace

Housekeeper::Housekeeper(Accounts& accounts, net::LoopPool& loops, core::WallClock clock,
                         std::chrono::milliseconds period)
    : accounts_(accounts),
      loops_(loops),
      clock_(std::move(clock)),
      period_(period),
      thread_("housekeeper", [this](const std::stop_token& stop) { run(stop); }) {}

Housekeeper::~Housekeeper() {
  stop();
}

void Housekeeper::stop() {
  thread_.stop();
}

void Housekeeper::run(const std::stop_token& stop) {
  std::size_t rounds = 0;
  do {
    delete_expired();
    delete_old_events();
    if (++rounds % kTrimRounds == 0) trim_heap();
  } while (core::sleep_for(stop, period_));
}

void Housekeeper::trim_heap() {
  if (const std::size_t bytes = heap_.trim(); bytes > 0)
    spdlog::debug("gave memory back to the system bytes={}", bytes);
}

void Housekeeper::delete_expired() {
  const auto hold_streams = [this](const std::vector<store::OwnedClient>& expired) {
    std::vector<hub::Key> keys;
    keys.reserve(expired.size());
    for (const store::OwnedClient& one : expired) keys.push_back({one.user, one.client});
    const std::vector<hub::Key> held = loops_.open_streams(keys);
    std::vector<core::ClientId> open(held.size());
    std::transform(held.begin(), held.end(), open.begin(), [](const hub::Key& key) { return key.client; });
    return open;
  };
  const auto deleted = accounts_.delete_expired_clients(clock_(), hold_streams);
  if (!deleted) {
    if (!std::exchange(failing_, true))
      spdlog::error("cannot delete expired clients error=\"{}\"", deleted.error().text);
    return;
  }
  if (std::exchange(failing_, false)) spdlog::info("deleting expired clients works again");
  if (*deleted > 0) spdlog::info("deleted expired clients count={}", *deleted);
}

void Housekeeper::delete_old_events() {
  const auto deleted = accounts_.delete_old_events(clock_());
  if (!deleted) {
    if (!std::exchange(events_failing_, true))
      spdlog::error("cannot delete old events error=\"{}\"", deleted.error().text);
    return;
  }
  if (std::exchange(events_failing_, false)) spdlog::info("deleting old events works again");
}

}  // namespace push::api
