#include "store/postgres/turn.hpp"

#include <string>

#include "store/postgres/connection.hpp"

namespace push::store::postgres {
namespace {

// Beside the write lock, (1735289957, 0). Held by the session, because what is written is not known yet.
const std::string kTake =
    "SELECT set_config('lock_timeout', '500ms', true); SELECT clock_timestamp() - statement_timestamp() >"
    " interval '0.3 ms' FROM pg_advisory_lock(1735289957, 1)";
constexpr std::string_view kEnd = "SELECT pg_advisory_unlock(1735289957, 1)";
constexpr std::string_view kLockTimeout = "55P03";

}  // namespace

Turn::Turn(Session& session, metrics::Registry& metrics)
    : session_(session),
      missed_(metrics.counter("push_store_missed_turns_total",
                              "Turns to write that did not come in time because another node did not end its own.")) {}

bool Turn::is_wanted() {
  if (core::steady_now() < pause_end_) return false;
  if (without_ == 0) return true;
  --without_;
  return false;
}

void Turn::take() {
  if (!is_wanted()) return;
  Connection* const connection = session_.current();
  if (connection == nullptr) return;
  const auto taken = connection->run(kTake);
  if (taken) return note(taken->back()[0].boolean(0));
  if (connection->state() != kLockTimeout) return;
  missed_.add();
  pause_end_ = core::steady_now() + kPause;
}

void Turn::note(bool waited) {
  has_ = true;
  free_ = waited ? 0 : free_ + 1;
  if (free_ < kFree) return;
  free_ = 0;
  without_ = kWithout;
}

void Turn::end() {
  if (!has_) return;
  has_ = false;
  if (Connection* const connection = session_.current()) (void)connection->query(kEnd);
}

}  // namespace push::store::postgres
