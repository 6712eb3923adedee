#include "store/sqlite/message_keys.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

#include "push/core/log.hpp"
#include "store/literal.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kInsertKey =
    "INSERT OR REPLACE INTO sharded_gotify_idempotency (message_id, application_id, key, content, date, stored_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr std::string_view kDeleteKey = "DELETE FROM sharded_gotify_idempotency WHERE message_id = ?1";
constexpr std::string_view kSelectKeys =
    "SELECT message_id, application_id, key, content, date, stored_at FROM sharded_gotify_idempotency"
    " ORDER BY message_id";

constexpr auto kSlice = std::chrono::milliseconds(2);
constexpr std::size_t kKeysInStep = 64;         // between two looks at the clock
constexpr std::size_t kDeletedWithANewOne = 2;  // more than one, so that the table becomes no longer than the memory

using Hash = IdempotencyKey::Hash;

Blob blob(const Hash& hash) {
  return {{reinterpret_cast<const char*>(hash.data()), sizeof(hash)}};
}

std::optional<Hash> read_hash(const Query& row, int column) {
  const std::string_view bytes = row.text(column);
  Hash hash{};
  if (bytes.size() != sizeof(hash)) return std::nullopt;
  std::memcpy(hash.data(), bytes.data(), sizeof(hash));
  return hash;
}

std::int64_t nanoseconds(core::WallTime time) {
  return time.time_since_epoch().count();
}

core::WallTime read_time(const Query& row, int column) {
  return core::WallTime(std::chrono::nanoseconds(row.integer(column)));
}

}  // namespace

MessageKeys::MessageKeys(Database& database, std::size_t most, core::WallClock clock, metrics::Registry& metrics)
    : database_(database), clock_(std::move(clock)), keys_(most, metrics) {
  if (auto loaded = load(); !loaded) {
    spdlog::warn("idempotency keys not read, trying again error=\"{}\"", loaded.error().text);
  }
}

// Before anything else that a transaction does with keys.
Result<void> MessageKeys::use() {
  if (!loaded_) {
    if (auto loaded = load(); !loaded) return loaded;
  }
  if (!now_) now_ = clock_();
  return {};
}

// A time in the future was written by a clock that has been set back since, or that is not set yet.
Result<void> MessageKeys::load() {
  keys_.clear();
  in_table_.clear();
  due_.store(core::WallTime::max(), std::memory_order_relaxed);  // a table that cannot be read is not tidied up
  const core::WallTime now = clock_();
  auto query = database_.query(kSelectKeys);
  if (!query) return query.error();
  auto done = each(*query, [&](const Query& row) {
    const core::MessageId message{row.natural(0)};
    const core::ApplicationId application{row.natural(1)};
    const auto key = read_hash(row, 2);
    const auto content = read_hash(row, 3);
    const core::WallTime at = std::min(read_time(row, 5), now);
    if (!key || !content || now - at >= RecentKeys::kLifetime) return in_table_.push_back(message);
    keys_.add(application, {*key, *content}, {message, read_time(row, 4)}, at);
    keys_.commit();
  });
  if (!done) return done;
  loaded_ = true;
  settle();
  return {};
}

Result<std::optional<core::MessageId>> MessageKeys::find_first(NewMessage& message) {
  if (auto used = use(); !used) return std::move(used).error();
  const auto first = keys_.find(message.application, *message.idempotency, *now_);
  if (!first) return first.error();
  if (!*first) return std::optional<core::MessageId>();
  const core::MessageId id = (*first)->message;
  auto stored = one(database_, read_message<Query>, kJoined<kSelectMessages, kById>, id);
  if (!stored) return std::move(stored).error();
  if (*stored) {
    message.message = std::move((*stored)->message);
    message.title = std::move((*stored)->title);
    message.priority = (*stored)->priority;
    message.extras = std::move((*stored)->extras);
    message.date = (*stored)->date;
  } else {
    message.date = (*first)->date;  // the rest is the same, because the content is
  }
  return std::optional(id);
}

Result<void> MessageKeys::add(const NewMessage& message, core::MessageId id) {
  const IdempotencyKey& key = *message.idempotency;
  const auto written = database_.change(kInsertKey, id, message.application, blob(key.key), blob(key.content),
                                        nanoseconds(message.date), nanoseconds(*now_));
  if (!written) return written.error();
  keys_.add(message.application, key, {id, message.date}, *now_);
  for (std::size_t i = 0; i < kDeletedWithANewOne && deleted_ < in_table_.size(); ++i) {
    if (auto deleted = delete_forgotten(); !deleted) return deleted;
  }
  return {};
}

Result<void> MessageKeys::forget_some() {
  if (auto used = use(); !used) return used;
  const auto end = core::steady_now() + kSlice;
  do {
    if (deleted_ == in_table_.size()) {
      keys_.expire(*now_, kKeysInStep);
      move_forgotten();
      if (deleted_ == in_table_.size()) return {};
    }
    if (auto deleted = delete_forgotten(); !deleted) return deleted;
  } while (core::steady_now() < end);
  return {};
}

Result<void> MessageKeys::delete_forgotten() {
  const auto done = database_.change(kDeleteKey, in_table_[deleted_]);
  if (!done) return done.error();
  ++deleted_;
  return {};
}

void MessageKeys::committed() {
  if (!now_) return;
  in_table_.erase(in_table_.begin(), in_table_.begin() + static_cast<std::ptrdiff_t>(deleted_));
  keys_.commit();
  settle();
}

void MessageKeys::rolled_back() {
  if (!now_) return;
  keys_.rollback();
  settle();
}

void MessageKeys::move_forgotten() {
  in_table_.insert(in_table_.end(), keys_.forgotten().begin(), keys_.forgotten().end());
  keys_.forgotten().clear();
}

void MessageKeys::settle() {
  now_.reset();
  deleted_ = 0;
  move_forgotten();
  due_.store(in_table_.empty() ? keys_.next_expiry() : core::WallTime::min(), std::memory_order_relaxed);
}

}  // namespace push::store::sqlite
