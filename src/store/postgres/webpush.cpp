#include "store/postgres/webpush.hpp"

#include <string>
#include <utility>

#include "store/postgres/changes.hpp"
#include "store/postgres/rows.hpp"
#include "store/rules.hpp"
#include "store/webpush_rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kKeepKeys =
    "INSERT INTO sharded_gotify_webpush_keys (id, private_key, public_key, subject) VALUES (1, $1, $2, $3)"
    " ON CONFLICT (id) DO UPDATE SET subject = excluded.subject WHERE excluded.subject <> ''";
constexpr std::string_view kOfClient =
    "SELECT " PUSH_TARGET_COLUMNS " FROM sharded_gotify_webpush AS w WHERE w.client_id = $1";
constexpr std::string_view kOfUser =
    "SELECT " PUSH_TARGET_COLUMNS " FROM sharded_gotify_webpush AS w WHERE w.user_id = $1 ORDER BY w.client_id";
constexpr std::string_view kDelayed = "SELECT " PUSH_TARGET_COLUMNS
                                      " FROM sharded_gotify_webpush AS w WHERE w.retry_at > 0 AND w.retry_at <= $1"
                                      " ORDER BY w.retry_at LIMIT $2";
constexpr std::string_view kForgetOthers = "DELETE FROM sharded_gotify_webpush WHERE client_id = $1 AND endpoint <> $2";
// A subscription that comes again keeps its place, except with another user.
constexpr std::string_view kPut =
    "INSERT INTO sharded_gotify_webpush AS w (endpoint, client_id, user_id, p256dh, auth, min_priority, apps, "
    "muted_until,"
    " after_id) SELECT $1, $2, $3, $4, $5, $6, $7, $8,"
    " " PUSH_HEAD
    " WHERE EXISTS (SELECT 1 FROM clients WHERE id = $2 AND user_id = $3)"
    " ON CONFLICT (endpoint) DO UPDATE SET client_id = excluded.client_id, user_id = excluded.user_id,"
    " p256dh = excluded.p256dh, auth = excluded.auth, min_priority = excluded.min_priority, apps = excluded.apps,"
    " muted_until = excluded.muted_until,"
    " after_id = CASE WHEN w.user_id = excluded.user_id THEN w.after_id ELSE excluded.after_id END,"
    " sent_id = CASE WHEN w.user_id = excluded.user_id THEN w.sent_id ELSE -1 END,"
    " retry_at = CASE WHEN w.user_id = excluded.user_id THEN w.retry_at ELSE 0 END RETURNING 1";
constexpr std::string_view kForgetClient = "DELETE FROM sharded_gotify_webpush WHERE client_id = $1";
constexpr std::string_view kForgetOrphans =
    "DELETE FROM sharded_gotify_webpush WHERE client_id NOT IN (SELECT id FROM clients)";
constexpr std::string_view kRemove =
    "DELETE FROM sharded_gotify_webpush WHERE endpoint = $1 AND client_id = $2 AND p256dh = $3";
constexpr std::string_view kSetDelay =
    "UPDATE sharded_gotify_webpush SET sent_id = $3, retry_at = $4, tries = $5"
    " WHERE endpoint = $1 AND client_id = $2";
constexpr std::string_view kCursor = "SELECT message_id FROM sharded_gotify_webpush_cursor WHERE id = 1";
constexpr std::string_view kMoveCursor =
    "INSERT INTO sharded_gotify_webpush_cursor (id, message_id) VALUES (1, $1)"
    " ON CONFLICT (id) DO UPDATE SET message_id = excluded.message_id";
constexpr std::string_view kForgetCursor = "DELETE FROM sharded_gotify_webpush_cursor";
constexpr std::string_view kCount = "SELECT count(*) FROM sharded_gotify_webpush";
constexpr std::string_view kMessages =
    "SELECT m.id, m.application_id, m.message, m.title, m.priority, m.extras, m.date, a.user_id"
    " FROM messages AS m JOIN applications AS a ON a.id = m.application_id WHERE m.id > $1 AND m.id <= $2"
    " AND EXISTS (SELECT 1 FROM sharded_gotify_webpush AS w WHERE w.user_id = a.user_id) ORDER BY m.id LIMIT $3";

using Text = std::string_view;

// What is written without reading anything, by a thread that waits for it.
template <class Write>
Result<void> write_now(Writer& writer, Write write) {
  return change_now(writer, How::blind, [&write](Transaction& transaction) -> Plan<void> {
    write(transaction);
    return Result<void>();
  });
}

}  // namespace

void forget_webpush(Transaction& transaction, core::ClientId client) {
  transaction.write(kForgetClient, client);
}

Result<std::optional<WebPushKeys>> WebPush::find_keys() {
  return readers_.read([](Connection& reader) { return one(reader, read_keys<Row>, kWebPushKeys); });
}

Result<WebPushKeys> WebPush::keep_keys(const WebPushKeys& keys) {
  const auto kept = write_now(writer_, [&keys](Transaction& transaction) {
    transaction.write(kKeepKeys, Text(keys.private_key), Text(keys.public_key), Text(keys.subject));
  });
  if (!kept) return kept.error();
  const auto stored = find_keys();
  if (!stored) return stored.error();
  return stored->value_or(WebPushKeys());
}

Result<std::optional<WebPushSubscription>> WebPush::find_subscription(core::ClientId client) {
  return readers_.read([client](Connection& reader) -> Result<std::optional<WebPushSubscription>> {
    auto found = one(reader, read_target<Row>, kOfClient, client);
    if (!found) return found.error();
    if (!*found) return std::optional<WebPushSubscription>();
    return std::optional((*found)->subscription);
  });
}

void WebPush::put_subscription(WebPushSubscription subscription, core::Callback<void(Result<void>)> done) {
  const core::UserId user = subscription.user;
  change(writer_, user, How::blind, std::move(done),
         [it = std::move(subscription)](Transaction& transaction) -> Plan<void> {
           transaction.write(kForgetOthers, it.client, Text(it.endpoint));
           const Answer put =
               transaction.write(kPut, Text(it.endpoint), it.client, it.user, Text(it.p256dh), Text(it.auth),
                                 it.min_priority, Text(apps_column(it.apps)), webpush_time(it.muted_until));
           return Plan<void>::later([put]() -> Result<void> {
             if (*put && (*put)->empty()) return gone("client");
             return {};
           });
         });
}

void WebPush::delete_subscription(core::ClientId client, core::Callback<void(Result<void>)> done) {
  change(writer_, {}, How::blind, std::move(done), [client](Transaction& transaction) -> Plan<void> {
    forget_webpush(transaction, client);
    return Result<void>();
  });
}

Result<std::optional<core::MessageId>> WebPush::find_cursor() {
  return readers_.read([](Connection& reader) { return one(reader, read_id<core::MessageId, Row>, kCursor); });
}

Result<void> WebPush::move_cursor(core::MessageId to) {
  return write_now(writer_, [to](Transaction& transaction) { transaction.write(kMoveCursor, to); });
}

Result<void> WebPush::forget_cursor() {
  return write_now(writer_, [](Transaction& transaction) { transaction.write(kForgetCursor); });
}

Result<void> WebPush::forget_orphans() {
  return write_now(writer_, [](Transaction& transaction) { transaction.write(kForgetOrphans); });
}

Result<std::uint64_t> WebPush::count_subscriptions() {
  return readers_.read([](Connection& reader) -> Result<std::uint64_t> {
    const auto count = one(reader, read_integer<Row>, kCount);
    if (!count) return count.error();
    return static_cast<std::uint64_t>(count->value_or(0));
  });
}

Result<void> WebPush::list_messages(core::MessageId after, core::MessageId to, std::size_t limit, Take take) {
  return readers_.read([&](Connection& reader) {
    const auto each = [&](const Row& row) {
      after = core::MessageId{row.natural(0)};
      take(read_webpush_message(row));
      return true;
    };
    return reader.each(each, kMessages, after, to, clamped(limit));
  });
}

Result<std::vector<WebPushTarget>> WebPush::targets_of(core::UserId user) {
  return readers_.read([user](Connection& reader) { return all(reader, read_target<Row>, kOfUser, user); });
}

Result<std::vector<WebPushTarget>> WebPush::delayed(core::WallTime now, std::size_t limit) {
  return readers_.read(
      [&](Connection& reader) { return all(reader, read_target<Row>, kDelayed, webpush_time(now), clamped(limit)); });
}

Result<void> WebPush::set_delay(const WebPushSubscription& it, const std::optional<WebPushDelay>& delay) {
  return write_now(writer_, [&](Transaction& transaction) {
    transaction.write(kSetDelay, Text(it.endpoint), it.client, sent_column(delay), retry_column(delay),
                      tries_column(delay));
  });
}

Result<void> WebPush::remove(const WebPushSubscription& it) {
  return write_now(writer_, [&](Transaction& transaction) {
    transaction.write(kRemove, Text(it.endpoint), it.client, Text(it.p256dh));
  });
}

}  // namespace push::store::postgres
