// Messages into the database, and what became of each.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <map>
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

// The rows of one transaction have the same xmin. Between its ids may be those that another program has taken.
constexpr std::string_view kOwnRows =
    "SELECT m.id, m.application_id, b.last FROM sharded_gotify_batches AS b JOIN messages AS m ON m.xmin = b.xmin"
    " WHERE b.node = $1 AND b.batch = $2 AND m.id BETWEEN b.last - b.stored - 100000 AND b.last ORDER BY m.id";
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

// Not when ids have run out, or have become too great for their column.
bool is_of_data(std::string_view state) {
  return state.starts_with("22") && state != "2200H" && state != "22003";
}

core::Error not_known(const std::string& why) {
  return core::failure(core::ErrorCode::internal, "stored, but it is not known under which id: " + why);
}

Inserted inserted(std::int64_t id, bool replayed) {
  return {core::MessageId{static_cast<std::uint64_t>(id)}, replayed};
}

}  // namespace

// Each run of messages is a transaction. Once one of them is stored, the failure of a later one is that of its
// messages.
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
  if (connection_ == nullptr) return core::failure(core::ErrorCode::unavailable, "the database is away");
  const std::int64_t batch = ++batch_;
  const bool keyed = std::any_of(messages.begin(), messages.end(), has_key);
  if (keyed) keys_.note_stored(messages.size());  // or perhaps not: they are counted before any is forgotten
  auto parameters = message_parameters(messages, batch, node_);
  if (keyed) add_key_parameters(parameters, messages, keys_.clock()());
  const auto rows = connection_->query_with(keyed ? keyed_sql_ : plain_sql_, parameters);
  if (rows) {
    if (rows->empty()) return core::failure(core::ErrorCode::unavailable, "the database has answered nothing");
    read_outcomes(*rows, messages, outcomes);
    return keyed ? find_first(messages, outcomes) : Result<void>();
  }
  if (connection_->fate() == Fate::lost) {
    const auto settled = settle(batch, kSettleTime);
    if (!settled) return unknown(batch, rows.error());
    return *settled == Settled::stored ? recover(batch, messages, outcomes) : rows.error();
  }
  // Data that a column cannot hold fails the whole statement: the one that does is found by halves.
  if (!is_of_data(connection_->state())) {
    end_frozen();
    return rows.error();
  }
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
  std::int64_t last = 0;
  for (Result<Inserted>& outcome : outcomes) outcome = gone("application");
  for (int i = 0; i < rows.size(); ++i) {
    const Row row = rows[i];
    if (row.null(1)) continue;  // of none of them the application is there
    const auto position = row.natural(1);
    PUSH_CHECK(position >= 1 && position <= outcomes.size());
    outcomes[position - 1] = inserted(row.integer(2), !row.boolean(3));
    last = std::max(last, row.integer(2));
  }
  note_stored(rows[0].integer(0), last);
}

// What is stored under the message's key. None: nothing. `own`: the ids of this batch.
Result<std::optional<Inserted>> Backend::find_by_key(NewMessage& message, const std::set<std::int64_t>& own) {
  const auto rows = read(kFirst, {parameter(message.application), parameter(Blob{bytes_of(message.idempotency->key)})});
  if (!rows) return rows.error();
  if (rows->empty()) return std::optional<Inserted>();
  const Row row = (*rows)[0];
  const std::int64_t id = row.integer(1);
  const Inserted first = inserted(id, !own.contains(id));
  if (!first.replayed) return std::optional(first);
  if (row.text(0) != bytes_of(message.idempotency->content)) return other_content(first.id);
  message.date = core::WallTime(std::chrono::nanoseconds(row.integer(2)));
  if (row.null(3)) return std::optional(first);  // deleted since; the rest is the same, because the content is
  message.message = row.text(5);
  message.title = row.text(6);
  message.priority = row.integer(7);
  message.extras = row.text(8);
  message.date = row.time(9).value_or(core::kNoTime);
  return std::optional(first);
}

// The messages that were not stored because their keys are known.
Result<void> Backend::find_first(Messages messages, Outcomes outcomes) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!outcomes[i] || !outcomes[i]->replayed) continue;
    const auto first = find_by_key(messages[i], {});
    if (!first) {
      outcomes[i] = first.error();
    } else if (*first) {
      outcomes[i] = **first;
    } else {
      outcomes[i] = core::failure(core::ErrorCode::unavailable, "the idempotency key has just been forgotten");
    }
  }
  return {};
}

// The ids of a batch whose answer was lost. Those of an application are in the order of its messages; a key says which
// one is its message's.
Result<void> Backend::recover(std::int64_t batch, Messages messages, Outcomes outcomes) {
  const auto rows = read(kOwnRows, {parameter(std::string_view(node_)), parameter(batch)});
  if (!rows) return not_known(rows.error().text);
  if (!rows->empty()) note_stored(std::nullopt, (*rows)[0].integer(2));
  std::set<std::int64_t> own;
  std::map<core::ApplicationId, std::vector<std::int64_t>> ids;  // of the messages without a key
  std::map<core::ApplicationId, std::size_t> wanted;
  for (int i = 0; i < rows->size(); ++i) own.insert((*rows)[i].integer(0));
  std::set<std::int64_t> keyed;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (!has_key(messages[i])) continue;
    const auto found = find_by_key(messages[i], own);
    outcomes[i] = !found ? found.error() : *found ? Result<Inserted>(**found) : gone("application");
    if (outcomes[i] && !outcomes[i]->replayed) keyed.insert(static_cast<std::int64_t>(outcomes[i]->id));
  }
  for (int i = 0; i < rows->size(); ++i) {
    const std::int64_t id = (*rows)[i].integer(0);
    if (!keyed.contains(id)) ids[core::ApplicationId{(*rows)[i].natural(1)}].push_back(id);
  }
  for (const NewMessage& message : messages) wanted[message.application] += has_key(message) ? 0 : 1;
  std::map<core::ApplicationId, std::size_t> next;
  for (std::size_t i = 0; i < messages.size(); ++i) {
    if (has_key(messages[i])) continue;
    const core::ApplicationId application = messages[i].application;
    const auto& stored = ids[application];
    if (stored.empty()) {
      outcomes[i] = gone("application");
    } else if (stored.size() != wanted[application]) {
      outcomes[i] = not_known("some have been deleted meanwhile");
    } else {
      outcomes[i] = inserted(stored[next[application]++], false);
    }
  }
  return {};
}

// If the transaction was split, or settled afterwards, other ids may lie between its messages.
void Backend::note_stored(std::optional<std::int64_t> previous, std::int64_t last) {
  if (!shared_ || last == 0) return;
  const auto id = [](std::int64_t number) { return core::MessageId{static_cast<std::uint64_t>(number)}; };
  if (stored_) {
    stored_ = Commit{std::nullopt, std::max(stored_->last, id(last))};
  } else {
    stored_ = Commit{previous ? std::optional(id(*previous)) : std::nullopt, id(last)};
  }
}

void Backend::note_newest(Outcomes outcomes) {
  for (const Result<Inserted>& outcome : outcomes) {
    if (!outcome || outcome->replayed) continue;
    const auto id = static_cast<std::int64_t>(outcome->id);
    if (id > newest_message()) newest_.store(id, std::memory_order_release);
  }
}

}  // namespace push::store::postgres
