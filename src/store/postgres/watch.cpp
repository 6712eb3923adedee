#include "store/postgres/watch.hpp"

#include <chrono>
#include <utility>

#include "push/core/log.hpp"

namespace push::store::postgres {
namespace {

constexpr std::chrono::milliseconds kPeriod{500};
constexpr std::string_view kIsReadOnly = "SELECT current_setting('transaction_read_only') = 'on'";

}  // namespace

Watch::Watch(ConnectionString where)
    : where_(std::move(where)), thread_("database", [this](const std::stop_token& stop) { run(stop); }) {}

core::Result<void> Watch::state() const {
  const core::Lock lock(mutex_);
  return state_;
}

void Watch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const bool had_session = connection_ && connection_->usable();
    const core::SteadyTime begin = core::steady_now();
    auto state = look();
    // A session that ended at this moment says nothing about the database, unless it gave no answer.
    if (!state && had_session && core::steady_now() - begin < kPeriod) state = look();
    note(std::move(state));
    core::sleep_for(stop, kPeriod);
  }
}

core::Result<void> Watch::look() {
  if (!connection_ || !connection_->usable()) {
    connection_.reset();
    auto opened = Connection::open(where_, Connection::Use::watching);
    if (!opened) return opened.error();
    connection_ = *std::move(opened);
  }
  const auto answered = connection_->query(kIsReadOnly);
  if (!answered) return answered.error();
  if (!(*answered)[0].boolean(0)) return {};
  connection_.reset();  // a new one may find another server, or other settings
  return core::failure(core::ErrorCode::unavailable, "the database is read-only (default_transaction_read_only)");
}

void Watch::note(core::Result<void> state) {
  const bool works = state.has_value();
  const std::string why = works ? "" : state.error().text;
  bool worked = false;
  {
    const core::Lock lock(mutex_);
    worked = state_.has_value();
    state_ = std::move(state);
  }
  if (worked && !works) spdlog::error("database is not usable error=\"{}\"", why);
  if (!worked && works) spdlog::info("database is usable again");
}

}  // namespace push::store::postgres
