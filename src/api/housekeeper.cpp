#include "push/api/housekeeper.hpp"

#include <utility>

#include "api/revocation.hpp"
#include "push/core/clock.hpp"
#include "push/core/log.hpp"

namespace push::api {

Housekeeper::Housekeeper(store::Store& store, auth::Authenticator& authenticator, delivery::Publisher& publisher,
                         std::chrono::milliseconds period)
    : store_(store),
      authenticator_(authenticator),
      publisher_(publisher),
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
  const auto deleted = store_.delete_expired_clients(core::wall_now());
  if (!deleted) {
    if (!std::exchange(failing_, true)) spdlog::error("cannot delete expired clients: {}", deleted.error().text);
    return;
  }
  if (std::exchange(failing_, false)) spdlog::info("expired clients are deleted again");
  if (deleted->empty()) return;
  for (const store::OwnedClient& gone : *deleted) revoke(authenticator_, publisher_, gone.user, gone.client);
  spdlog::info("deleted {} expired clients", deleted->size());
}

}  // namespace push::api
