#include "push/api/housekeeper.hpp"

#include <pthread.h>

#include <utility>

#include "push/core/clock.hpp"
#include "push/core/log.hpp"

namespace push::api {

Housekeeper::Housekeeper(Accounts& accounts, std::chrono::milliseconds period)
    : accounts_(accounts), period_(period), thread_([this] { run(); }) {
  ::pthread_setname_np(thread_.native_handle(), "housekeeper");
}

Housekeeper::~Housekeeper() {
  stop();
}

void Housekeeper::stop() {
  {
    const core::Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::run() {
  do delete_expired();
  while (sleep());
}

bool Housekeeper::sleep() {
  const core::SteadyTime end = core::steady_now() + period_;
  const core::Lock lock(mutex_);
  while (!stopping_) {
    const auto left = end - core::steady_now();
    if (left <= left.zero()) return true;
    wake_.wait_for(mutex_, left);
  }
  return false;
}

void Housekeeper::delete_expired() {
  const auto deleted = accounts_.delete_expired_clients(core::wall_now());
  if (!deleted) {
    if (!std::exchange(failing_, true)) spdlog::error("cannot delete expired clients: {}", deleted.error().text);
    return;
  }
  if (std::exchange(failing_, false)) spdlog::info("expired clients are deleted again");
  if (*deleted > 0) spdlog::info("deleted {} expired clients", *deleted);
}

}  // namespace push::api
