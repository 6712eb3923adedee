// The rules of retention, and how far it has gone.
#include <algorithm>
#include <utility>

#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/retention_sql.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kSetRule =
    "INSERT OR REPLACE INTO sharded_gotify_retention (application_id, days, count) VALUES (?1, ?2, ?3)";
constexpr std::string_view kForgetRule = "DELETE FROM sharded_gotify_retention WHERE application_id = ?1";

void bind_or_null(Query& query, int index, const std::optional<std::uint64_t>& value) {
  if (value) {
    query.bind(index, static_cast<std::int64_t>(*value));
  } else {
    query.bind(index, nullptr);
  }
}

Result<void> write_rule(Database& database, core::ApplicationId application, const Retention& rule) {
  if (rule == Retention()) return execute(database, kForgetRule, application);
  auto query = database.query(kSetRule, application);
  if (!query) return query.error();
  bind_or_null(*query, 2, rule.days);
  bind_or_null(*query, 3, rule.count);
  if (auto written = query->step(); !written) return written.error();
  return {};
}

}  // namespace

Result<Retention> Store::find_retention(core::ApplicationId application) {
  const auto reader = parts_->readers.lease();
  const auto rule = one(*reader, read_rule<Query>, retention::kRule, application);
  if (!rule) return rule.error();
  return rule->value_or(Retention());
}

Result<core::MessageId> Store::retention_floor(core::UserId user) {
  const auto reader = parts_->readers.lease();
  const auto floor = one(*reader, read_integer<Query>, retention::kFloor, user);
  if (!floor) return floor.error();
  return core::MessageId{static_cast<std::uint64_t>(floor->value_or(0))};
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
  change(parts_->writer, user, std::move(noted), [user, id, rule](Transaction& transaction) -> Result<void> {
    if (auto application = owned(transaction, user, id); !application) return application.error();
    return write_rule(transaction.database(), id, rule);
  });
}

}  // namespace push::store::sqlite
