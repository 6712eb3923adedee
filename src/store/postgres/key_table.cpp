#include "store/postgres/key_table.hpp"

#include "push/core/log.hpp"
#include "store/postgres/changes.hpp"
#include "store/recent_keys.hpp"

namespace push::store::postgres {
namespace {

constexpr std::int64_t kAtOnce = 1024;
constexpr std::chrono::seconds kLookPeriodOfKeys{10};

// A time in the future was written by a clock that has been set back since, or by one that is ahead.
constexpr std::string_view kForgetOld =
    "DELETE FROM sharded_gotify_idempotency WHERE (application_id, key) IN (SELECT application_id, key FROM"
    " sharded_gotify_idempotency WHERE stored_at <= $1 - $2 OR stored_at >= $1 + $2 LIMIT $3)";
// The oldest of an application that has more than half, or of the one that has most if all together are too many.
constexpr std::string_view kForgetExcess =
    "WITH counted AS (SELECT application_id, count(*) AS own, sum(count(*)) OVER () AS every FROM"
    " sharded_gotify_idempotency GROUP BY application_id),"
    " most AS (SELECT application_id, greatest(own - $1 / 2, every - $1) AS excess FROM counted ORDER BY own DESC LIMIT"
    " 1), old AS (SELECT k.application_id, k.key FROM most JOIN sharded_gotify_idempotency AS k ON k.application_id ="
    " most.application_id WHERE excess > 0 ORDER BY k.stored_at LIMIT (SELECT greatest(least(excess, $2), 0) FROM "
    "most))"
    " DELETE FROM sharded_gotify_idempotency AS k USING old WHERE k.application_id = old.application_id AND k.key ="
    " old.key";
constexpr std::string_view kLeft = "SELECT count(*), min(stored_at) FROM sharded_gotify_idempotency";

}  // namespace

KeyTable::KeyTable(const core::WallClock& clock, std::size_t most, Of whose, metrics::Registry& metrics)
    : clock_(clock),
      most_(static_cast<std::int64_t>(most)),
      whose_(whose),
      remembered_(metrics.gauge("push_idempotency_keys", "Idempotency keys that are remembered.")),
      dropped_(metrics.counter("push_idempotency_keys_dropped_total",
                               "Idempotency keys forgotten before their ten minutes were over: too many.")) {}

void KeyTable::note_stored(std::size_t keys) {
  stored_ += static_cast<std::int64_t>(keys);
  auto none = core::WallTime::max();
  due_.compare_exchange_strong(none, clock_() + RecentKeys::kLifetime);
}

// Half of all is what one application may have.
bool KeyTable::is_due(core::WallTime now) const {
  return now >= due_.load() || stored_.load() > most_ / 2;
}

bool KeyTable::takes_a_look() {
  const core::SteadyTime now = core::steady_now();
  if (whose_ == Of::this_node || now < look_at_.load()) return false;
  look_at_ = now + kLookPeriodOfKeys;
  return true;
}

void KeyTable::forget_some(Writer& writer) {
  const core::WallTime time = clock_();
  const bool looks = takes_a_look();
  if (!looks && !is_due(time)) return;
  const std::int64_t now = time.time_since_epoch().count();
  const auto lifetime = std::int64_t{std::chrono::nanoseconds(RecentKeys::kLifetime).count()};
  const auto forget = [this, now, lifetime](Transaction& transaction) {
    transaction.write(kForgetOld, now, lifetime, kAtOnce);
    const Answer excess = transaction.write(kForgetExcess, most_, kAtOnce);
    const Answer left = transaction.write(kLeft);
    return Plan<void>::later([this, excess, left]() -> core::Result<void> {
      if (*excess) dropped_.add(static_cast<std::uint64_t>((*excess)->affected()));
      if (!*left) return {};
      const Row row = (**left)[0];
      remembered_.set(row.integer(0));
      stored_ = row.integer(0);
      const core::WallTime oldest{std::chrono::nanoseconds(row.integer(1))};
      due_ = row.null(1) ? core::WallTime::max() : oldest + RecentKeys::kLifetime;
      return {};
    });
  };
  change(
      writer, {}, How::blind, [](const core::Result<void>&) {}, forget);
}

}  // namespace push::store::postgres
