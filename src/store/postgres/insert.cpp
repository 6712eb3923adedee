// Messages into the database, and what became of each.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <limits>
#include <set>
#include <string>
#include <utility>

#include "push/core/check.hpp"
#include "store/postgres/backend.hpp"
#include "store/postgres/message_sql.hpp"
#include "store/postgres/rows.hpp"
#include "store/recent_keys.hpp"
#include "store/rules.hpp"

namespace push::store::postgres {
namespace {

using core::Result;
using Hash = IdempotencyKey::Hash;

constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();

constexpr std::string_view kBatch = "SELECT last, stored FROM sharded_gotify_batches WHERE node = $1 AND batch = $2";
constexpr std::string_view kExisting = "SELECT id FROM applications WHERE id = ANY($1)";
constexpr std::string_view kFirst =
    "SELECT k.content, k.message_id, k.date, m.id, m.application_id, m.message, m.title, m.priority, m.extras, m.date"
    " FROM sharded_gotify_idempotency AS k LEFT JOIN messages AS m ON m.id = k.message_id"
    " WHERE k.application_id = $1 AND k.key = $2";

std::string_view bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), sizeof(hash)};
}

bool has_key(const NewMessage& message) {
  return message.idempotency.has_value();
}

std::int64_t nanoseconds_of(core::WallTime time) {
  return time.time_since_epoch().count();
}

// How many of the first messages one statement takes: it cannot have the same key twice.
std::size_t without_repetition(std::span<NewMessage> messages) {
  std::set<std::pair<core::ApplicationId, Hash>> keys;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!has_key(messages[i])) continue;
    if (!keys.emplace(messages[i].application, messages[i].idempotency->key).second) return i;
  }
  return messages.size();
}

void add_key_parameters(std::vector<Parameter>& parameters, std::span<NewMessage> messages, core::WallTime now) {
  Array keys(oid::kBytea);
  Array contents(oid::kBytea);
  for (const NewMessage& message : messages) {
    if (has_key(message)) {
      keys.add(bytes_of(message.idempotency->key));
      contents.add(bytes_of(message.idempotency->content));
    } else {
      keys.add(nullptr);
      contents.add(nullptr);
    }
  }
  parameters.push_back(std::move(keys).finish(oid::kByteaArray));
  parameters.push_back(std::move(contents).finish(oid::kByteaArray));
  parameters.push_back(parameter(nanoseconds_of(now)));
  parameters.push_back(parameter(std::int64_t{std::chrono::nanoseconds(RecentKeys::kLifetime).count()}));
}

std::vector<Parameter> message_parameters(std::span<NewMessage> messages, std::int64_t batch, std::string_view node) {
  Array applications(oid::kBigint);
  Array texts(oid::kText);
  Array titles(oid::kText);
  Array priorities(oid::kBigint);
  Array extras(oid::kBytea);
  Array dates(oid::kTimestamptz);
  for (const NewMessage& message : messages) {
    applications.add(static_cast<std::int64_t>(message.application));
    texts.add(std::string_view(message.message));
    titles.add(std::string_view(message.title));
    priorities.add(message.priority);
    if (message.extras.empty()) {
      extras.add(nullptr);
    } else {
      extras.add(std::string_view(message.extras));
    }
    dates.add(message.date);
  }
  std::vector<Parameter> parameters;
  parameters.push_back(std::move(applications).finish(oid::kBigintArray));
  parameters.push_back(std::move(texts).finish(oid::kTextArray));
  parameters.push_back(std::move(titles).finish(oid::kTextArray));
  parameters.push_back(std::move(priorities).finish(oid::kBigintArray));
  parameters.push_back(std::move(extras).finish(oid::kByteaArray));
  parameters.push_back(std::move(dates).finish(oid::kTimestamptzArray));
  parameters.push_back(parameter(batch));
  parameters.push_back(parameter(node));
  return parameters;
}

Inserted inserted(std::int64_t id, bool replayed) {
  return {core::MessageId{static_cast<std::uint64_t>(id)}, replayed};
}

}  // namespace

// Each run of messages is a transaction. Once one of them is stored, the failure of a later one is that of its messages.
Result<void> Backend::insert(std::span<NewMessage> messages, std::span<Result<Inserted>> outcomes) {
  PUSH_CHECK(messages.size() == outcomes.size());
  for (std::size_t from = 0; from < messages.size();) {
    const std::size_t count = without_repetition(messages.subspan(from));
    auto done = insert_some(messages.subspan(from, count), outcomes.subspan(from, count));
    if (!done && from == 0) return done;
    if (!done) std::fill(outcomes.begin() + static_cast<std::ptrdiff_t>(from), outcomes.end(), done.error());
    if (!done) break;
    from += count;
  }
  note_newest(outcomes);
  return {};
}

Result<void> Backend::insert_some(Messages messages, Outcomes outcomes) {
  const std::int64_t batch = ++batch_;
  const bool keyed = std::any_of(messages.begin(), messages.end(), has_key);
  auto parameters = message_parameters(messages, batch, node_);
  if (keyed) add_key_parameters(parameters, messages, keys_.clock()());
  const auto rows = connection_->query_with(keyed ? keyed_sql_ : plain_sql_, parameters);
  if (rows) {
    if (rows->empty()) return core::failure(core::ErrorCode::unavailable, "the database has answered nothing");
    read_outcomes(*rows, messages, outcomes);
    if (keyed) keys_.note_stored(messages.size());
    return keyed ? find_first(messages, outcomes, kNone) : Result<void>();
  }
  if (connection_->fate() == Fate::lost) {
    const auto settled = settle(batch);
    if (!settled) return unknown(batch, rows.error());
    return *settled == Settled::stored ? recover(batch, messages, outcomes) : rows.error();
  }
  // Data that a column cannot hold fails the whole statement: the one that does is found by halves.
  if (!connection_->state().starts_with("22")) return rows.error();
  if (messages.size() > 1) return insert_halves(messages, outcomes);
  outcomes[0] = core::failure(core::ErrorCode::invalid, rows.error().text);
  return {};
}

Result<void> Backend::insert_halves(Messages messages, Outcomes outcomes) {
  const std::size_t half = messages.size() / 2;
  if (auto done = insert_some(messages.first(half), outcomes.first(half)); !done) return done;
  auto done = insert_some(messages.subspan(half), outcomes.subspan(half));
  if (!done) std::fill(outcomes.begin() + static_cast<std::ptrdiff_t>(half), outcomes.end(), done.error());
  return {};
}

void Backend::read_outcomes(const Rows& rows, Messages messages, Outcomes outcomes) {
  PUSH_CHECK(messages.size() == outcomes.size());
  for (Result<Inserted>& outcome : outcomes) outcome = gone("application");
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    if (row.null(1)) continue;  // of none of them the application is there
    const auto position = row.natural(1);
    PUSH_CHECK(position >= 1 && position <= outcomes.size());
    outcomes[position - 1] = inserted(row.integer(2), !row.boolean(3));
  }
}

// The messages that look replayed get what was stored first under their keys. `own_from`: ids from here on are of this
// batch itself (its answer was lost, so it is looked at with the others).
Result<void> Backend::find_first(Messages messages, Outcomes outcomes, std::int64_t own_from) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    NewMessage& message = messages[i];
    if (!outcomes[i] || !outcomes[i]->replayed) continue;
    const auto rows = connection_->query(kFirst, message.application, Blob{bytes_of(message.idempotency->key)});
    if (!rows) {
      outcomes[i] = rows.error();
      continue;
    }
    if (rows->empty()) {
      outcomes[i] = core::failure(core::ErrorCode::unavailable, "the idempotency key has just been forgotten");
      continue;
    }
    const Row row = (*rows)[0];
    const std::int64_t id = row.integer(1);
    outcomes[i] = inserted(id, id < own_from);
    if (id >= own_from) continue;
    if (row.text(0) != bytes_of(message.idempotency->content)) {
      outcomes[i] = other_content(outcomes[i]->id);
      continue;
    }
    message.date = core::WallTime(std::chrono::nanoseconds(row.integer(2)));
    if (row.null(3)) continue;  // deleted since; the rest is the same, because the content is
    message.message = row.text(5);
    message.title = row.text(6);
    message.priority = row.integer(7);
    message.extras = row.text(8);
    message.date = row.time(9).value_or(core::kNoTime);
  }
  return {};
}

// The ids of a batch are one after the other, in the order of its messages, without those that had no application.
Result<void> Backend::recover(std::int64_t batch, Messages messages, Outcomes outcomes) {
  const auto lost = [&](const std::string& why) {
    return core::failure(core::ErrorCode::internal, "stored, but it is not known under which id: " + why);
  };
  const auto noted = connection_->query(kBatch, std::string_view(node_), batch);
  if (!noted) return lost(noted.error().text);
  if (noted->empty()) return lost("the row of the batch is gone");
  const std::int64_t last = (*noted)[0].integer(0);
  const std::int64_t stored = (*noted)[0].integer(1);
  std::vector<std::int64_t> applications;
  for (const NewMessage& message : messages) applications.push_back(static_cast<std::int64_t>(message.application));
  const auto existing = all(*connection_, read_integer, kExisting, applications);
  if (!existing) return lost(existing.error().text);
  const std::set<std::int64_t> present(existing->begin(), existing->end());
  const bool every = stored == static_cast<std::int64_t>(messages.size());
  const auto is_stored = [&](std::size_t i) { return every || present.contains(applications[i]); };
  std::int64_t id = last - stored;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    outcomes[i] = is_stored(i) ? Result<Inserted>(inserted(++id, has_key(messages[i]))) : Result<Inserted>(gone("application"));
  }
  if (id != last && stored > 0) return lost("applications were deleted meanwhile");
  return find_first(messages, outcomes, last - stored + 1);
}

void Backend::note_newest(Outcomes outcomes) {
  for (const Result<Inserted>& outcome : outcomes) {
    if (!outcome || outcome->replayed) continue;
    const auto id = static_cast<std::int64_t>(outcome->id);
    if (id > newest_message()) newest_.store(id, std::memory_order_release);
  }
}

}  // namespace push::store::postgres
