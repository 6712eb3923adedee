#include "store/postgres/watch.hpp"

#include <chrono>
#include <utility>

#include "push/core/log.hpp"

namespace push::store::postgres {
namespace {

constexpr std::chrono::milliseconds kPeriod{500};
constexpr std::string_view kAsk =
    "SELECT current_setting('transaction_read_only') = 'on', pg_is_in_recovery(), current_database()::text";

core::Error read_only(const Row& about) {
  const std::string database(about.text(2));
  return core::failure(core::ErrorCode::unavailable,
                       about.boolean(1) ? "this server of database " + database + " is a standby"
                                        : "database " + database + " is read-only (default_transaction_read_only)");
}

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
    auto opened = Connection::open(where_, Connection::Use::watching);
    if (!opened) return opened.error();
    connection_ = *std::move(opened);
  }
  const auto answered = connection_->query(kAsk);
  if (!answered) return answered.error();
  const Row about = (*answered)[0];
  if (!about.boolean(0)) return {};
  connection_.reset();  // another server may take writes by the next look
  return read_only(about);
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
