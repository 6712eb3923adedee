// The rules of retention, and how far it has gone.
#include <utility>

#include "store/postgres/changes.hpp"
#include "store/postgres/event_log.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/retention_tables.hpp"
#include "store/postgres/rows.hpp"
#include "store/rules.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kRule = "SELECT days, count FROM sharded_gotify_retention WHERE application_id = $1";
constexpr std::string_view kFloor = "SELECT message_id FROM sharded_gotify_retention_floor WHERE user_id = $1";
constexpr std::string_view kSetRule =
    "INSERT INTO sharded_gotify_retention (application_id, days, count) VALUES ($1, $2, $3)"
    " ON CONFLICT (application_id) DO UPDATE SET days = excluded.days, count = excluded.count";
constexpr std::string_view kForgetRule = "DELETE FROM sharded_gotify_retention WHERE application_id = $1";

std::optional<std::int64_t> or_null(const std::optional<std::uint64_t>& value) {
  return value ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
}

}  // namespace

Result<Retention> Store::find_retention(core::ApplicationId application) {
  return parts_->readers.read([application](Connection& reader) -> Result<Retention> {
    const auto rule = one(reader, read_rule<Row>, kRule, application);
    if (!rule) return rule.error();
    return rule->value_or(Retention());
  });
}

Result<core::MessageId> Store::retention_floor(core::UserId user) {
  return parts_->readers.read([user](Connection& reader) -> Result<core::MessageId> {
    const auto floor = one(reader, read_integer<Row>, kFloor, user);
    if (!floor) return floor.error();
    return core::MessageId{static_cast<std::uint64_t>(floor->value_or(0))};
  });
}

void Store::set_retention(core::UserId user, core::ApplicationId id, Retention rule, Done<void> done) {
  if (auto checked = check(rule); !checked) return done(checked);
  Done<void> noted = [&retention = parts_->retention, &purger = parts_->purger, id,
                      done = std::move(done)](Result<void> set) mutable {
    if (set) {
      retention.rule_changed(id);
      purger.resume();
    }
    done(std::move(set));
  };
  change(parts_->writer, user, How::by_rules, std::move(noted),
         [user, id, rule](Transaction& transaction) -> Plan<void> {
           if (auto application = owned(transaction, user, id); !application) return application.error();
           if (rule == Retention()) {
             transaction.write(kForgetRule, id);
           } else {
             transaction.write(kSetRule, id, or_null(rule.days), or_null(rule.count));
           }
           log_change(transaction, "application_changed", user, {}, id);
           return Result<void>();
         });
}

}  // namespace push::store::postgres
