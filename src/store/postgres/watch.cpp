#include "store/postgres/watch.hpp"

#include <chrono>
#include <utility>

#include "push/core/log.hpp"

namespace push::store::postgres {
namespace {

constexpr std::chrono::milliseconds kPeriod{500};

}  // namespace

Watch::Watch(ConnectionString where)
    : where_(std::move(where)), thread_("database", [this](const std::stop_token& stop) { run(stop); }) {}

core::Result<void> Watch::state() const {
  const core::Lock lock(mutex_);
  return state_;
}

void Watch::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    note(look());
    core::sleep_for(stop, kPeriod);
  }
}

core::Result<void> Watch::look() {
  if (!connection_ || !connection_->usable()) {
    connection_.reset();
    auto opened = Connection::open(where_, Connection::Use::ordinary);
    if (!opened) return opened.error();
    connection_ = *std::move(opened);
  }
  if (auto answered = connection_->run("SELECT 1"); !answered) return answered.error();
  return {};
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
  if (worked && !works) spdlog::error("database is away error=\"{}\"", why);
  if (!worked && works) spdlog::info("database is back");
}

}  // namespace push::store::postgres
