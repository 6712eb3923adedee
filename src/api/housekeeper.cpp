#include "push/api/housekeeper.hpp"

#include <utility>

#include "push/core/clock.hpp"
#include "push/core/log.hpp"

namespace push::api {

Housekeeper::Housekeeper(Accounts& accounts, std::chrono::milliseconds period)
    : accounts_(accounts),
      period_(period),
      thread_("housekeeper", [this](const std::stop_token& stop) { run(stop); }) {}

Housekeeper::~Housekeeper() {
  stop();
}

void Housekeeper::stop() {
  thread_.stop();
}

void Housekeeper::run(const std::stop_token& stop) {
  do delete_expired();
  while (core::sleep_for(stop, period_));
}

void Housekeeper::delete_expired() {
  const auto deleted = accounts_.delete_expired_clients(core::wall_now());
  if (!deleted) {
    if (!std::exchange(failing_, true))
      spdlog::error("cannot delete expired clients error=\"{}\"", deleted.error().text);
    return;
  }
  if (std::exchange(failing_, false)) spdlog::info("deleting expired clients works again");
  if (*deleted > 0) spdlog::info("deleted expired clients count={}", *deleted);
}

}  // namespace push::api
