#include "store/sqlite/webpush.hpp"

#include <string>
#include <utility>

#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/rows.hpp"
#include "store/webpush_rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kKeepKeys =
    "INSERT INTO sharded_gotify_webpush_keys (id, private_key, public_key, subject) VALUES (1, ?1, ?2, ?3)"
    " ON CONFLICT (id) DO UPDATE SET subject = excluded.subject WHERE excluded.subject <> ''";
constexpr std::string_view kOfClient =
    "SELECT " PUSH_TARGET_COLUMNS " FROM sharded_gotify_webpush AS w WHERE w.client_id = ?1";
constexpr std::string_view kOfUser =
    "SELECT " PUSH_TARGET_COLUMNS " FROM sharded_gotify_webpush AS w WHERE w.user_id = ?1 ORDER BY w.client_id";
constexpr std::string_view kDelayed = "SELECT " PUSH_TARGET_COLUMNS
                                      " FROM sharded_gotify_webpush AS w WHERE w.retry_at > 0 AND w.retry_at <= ?1"
                                      " ORDER BY w.retry_at LIMIT ?2";
constexpr std::string_view kForgetOthers = "DELETE FROM sharded_gotify_webpush WHERE client_id = ?1 AND endpoint <> ?2";
// A subscription that comes again keeps its place, except with another user.
constexpr std::string_view kPut =
    "INSERT INTO sharded_gotify_webpush (endpoint, client_id, user_id, p256dh, auth, min_priority, apps, muted_until,"
    " after_id) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
    " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'messages'), 0)"
    " WHERE EXISTS (SELECT 1 FROM clients WHERE id = ?2 AND user_id = ?3)"
    " ON CONFLICT (endpoint) DO UPDATE SET client_id = excluded.client_id, user_id = excluded.user_id,"
    " p256dh = excluded.p256dh, auth = excluded.auth, min_priority = excluded.min_priority, apps = excluded.apps,"
    " muted_until = excluded.muted_until,"
    " after_id = iif(user_id = excluded.user_id, after_id, excluded.after_id),"
    " sent_id = iif(user_id = excluded.user_id, sent_id, -1),"
    " retry_at = iif(user_id = excluded.user_id, retry_at, 0)";
constexpr std::string_view kForgetClient = "DELETE FROM sharded_gotify_webpush WHERE client_id = ?1";
constexpr std::string_view kForgetOrphans =
    "DELETE FROM sharded_gotify_webpush WHERE client_id NOT IN (SELECT id FROM clients)";
constexpr std::string_view kRemove =
    "DELETE FROM sharded_gotify_webpush WHERE endpoint = ?1 AND client_id = ?2 AND p256dh = ?3";
constexpr std::string_view kSetDelay =
    "UPDATE sharded_gotify_webpush SET sent_id = ?3, retry_at = ?4, tries = ?5"
    " WHERE endpoint = ?1 AND client_id = ?2";
constexpr std::string_view kCursor = "SELECT message_id FROM sharded_gotify_webpush_cursor WHERE id = 1";
constexpr std::string_view kMoveCursor =
    "INSERT OR REPLACE INTO sharded_gotify_webpush_cursor (id, message_id) VALUES (1, ?1)";
constexpr std::string_view kForgetCursor = "DELETE FROM sharded_gotify_webpush_cursor";
constexpr std::string_view kCount = "SELECT count(*) FROM sharded_gotify_webpush";
// CROSS JOIN: from the messages to their applications, or a large application would be read from its beginning.
constexpr std::string_view kMessages =
    "SELECT m.id, m.application_id, m.message, m.title, m.priority, m.extras, m.date, a.user_id"
    " FROM messages AS m CROSS JOIN applications AS a ON a.id = m.application_id WHERE m.id > ?1 AND m.id <= ?2"
    " AND EXISTS (SELECT 1 FROM sharded_gotify_webpush AS w WHERE w.user_id = a.user_id) ORDER BY m.id LIMIT ?3";

}  // namespace

Result<void> forget_webpush(Database& database, core::ClientId client) {
  return execute(database, kForgetClient, client);
}

Result<std::optional<WebPushKeys>> WebPush::find_keys() {
  const auto reader = readers_.lease();
  return one(*reader, read_keys<Query>, kWebPushKeys);
}

Result<WebPushKeys> WebPush::keep_keys(const WebPushKeys& keys) {
  return change_now(writer_, [&keys](Transaction& transaction) -> Result<WebPushKeys> {
    Database& database = transaction.database();
    if (auto kept = execute(database, kKeepKeys, keys.private_key, keys.public_key, keys.subject); !kept) {
      return kept.error();
    }
    auto stored = one(database, read_keys<Query>, kWebPushKeys);
    if (!stored) return stored.error();
    return stored->value_or(WebPushKeys());
  });
}

Result<std::optional<WebPushSubscription>> WebPush::find_subscription(core::ClientId client) {
  const auto reader = readers_.lease();
  auto found = one(*reader, read_target<Query>, kOfClient, client);
  if (!found) return found.error();
  if (!*found) return std::optional<WebPushSubscription>();
  return std::optional((*found)->subscription);
}

void WebPush::put_subscription(WebPushSubscription subscription, core::Callback<void(Result<void>)> done) {
  const core::UserId user = subscription.user;
  change(
      writer_, user, std::move(done),
      [subscription = std::move(subscription)](Transaction& transaction) -> Result<void> {
        Database& database = transaction.database();
        const WebPushSubscription& it = subscription;
        if (auto former = execute(database, kForgetOthers, it.client, it.endpoint); !former) return former;
        const std::string apps = apps_column(it.apps);
        const auto put = database.change(kPut, it.endpoint, it.client, it.user, it.p256dh, it.auth, it.min_priority,
                                         apps, webpush_time(it.muted_until));
        if (!put) return put.error();
        if (*put == 0) return gone("client");
        return {};
      },
      Room::not_the_last);
}

void WebPush::delete_subscription(core::ClientId client, core::Callback<void(Result<void>)> done) {
  change(writer_, {}, std::move(done),
         [client](Transaction& transaction) { return forget_webpush(transaction.database(), client); });
}

Result<std::optional<core::MessageId>> WebPush::find_cursor() {
  const auto reader = readers_.lease();
  return one(*reader, read_id<core::MessageId, Query>, kCursor);
}

Result<void> WebPush::move_cursor(core::MessageId to) {
  return change_now(writer_,
                    [to](Transaction& transaction) { return execute(transaction.database(), kMoveCursor, to); });
}

Result<void> WebPush::forget_cursor() {
  return change_now(writer_, [](Transaction& transaction) { return execute(transaction.database(), kForgetCursor); });
}

Result<void> WebPush::forget_orphans() {
  return change_now(writer_, [](Transaction& transaction) { return execute(transaction.database(), kForgetOrphans); });
}

Result<std::uint64_t> WebPush::count_subscriptions() {
  const auto reader = readers_.lease();
  const auto count = one(*reader, read_integer<Query>, kCount);
  if (!count) return count.error();
  return static_cast<std::uint64_t>(count->value_or(0));
}

Result<void> WebPush::list_messages(core::MessageId after, core::MessageId to, std::size_t limit, Take take) {
  const auto reader = readers_.lease();
  auto query = reader->query(kMessages, after, to, clamped(limit));
  if (!query) return query.error();
  return each(*query, [&](const Query& row) { take(read_webpush_message(row)); });
}

Result<std::vector<WebPushTarget>> WebPush::targets_of(core::UserId user) {
  const auto reader = readers_.lease();
  return all(*reader, read_target<Query>, kOfUser, user);
}

Result<std::vector<WebPushTarget>> WebPush::delayed(core::WallTime now, std::size_t limit) {
  const auto reader = readers_.lease();
  return all(*reader, read_target<Query>, kDelayed, webpush_time(now), clamped(limit));
}

Result<void> WebPush::set_delay(const WebPushSubscription& it, const std::optional<WebPushDelay>& delay) {
  return change_now(writer_, [&](Transaction& transaction) {
    return execute(transaction.database(), kSetDelay, it.endpoint, it.client, sent_column(delay), retry_column(delay),
                   tries_column(delay));
  });
}

Result<void> WebPush::remove(const WebPushSubscription& it) {
  return change_now(writer_, [&](Transaction& transaction) {
    return execute(transaction.database(), kRemove, it.endpoint, it.client, it.p256dh);
  });
}

}  // namespace push::store::sqlite
