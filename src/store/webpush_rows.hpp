// The tables of Web Push (push/store/webpush.hpp), which are alike in both databases.
#pragma once
#include <charconv>
#include <string>
#include <string_view>

#include "push/store/webpush.hpp"
#include "store/rows.hpp"

namespace push::store {

// The select list of which each row is a target.
#define PUSH_TARGET_COLUMNS                                                                                  \
  "w.client_id, w.user_id, w.endpoint, w.p256dh, w.auth, w.min_priority, w.apps, w.muted_until, w.after_id," \
  " w.sent_id, w.retry_at, w.tries"

inline constexpr std::string_view kWebPushKeys =
    "SELECT private_key, public_key, subject FROM sharded_gotify_webpush_keys WHERE id = 1";

// Columns of times have nanoseconds since 1970; 0 = none. sent_id: -1 = not delayed.
inline constexpr std::int64_t kNoDelay = -1;

inline std::int64_t webpush_time(const std::optional<core::WallTime>& time) {
  return time ? time->time_since_epoch().count() : 0;
}
inline std::int64_t sent_column(const std::optional<WebPushDelay>& delay) {
  return delay ? static_cast<std::int64_t>(delay->sent) : kNoDelay;
}
inline std::int64_t retry_column(const std::optional<WebPushDelay>& delay) {
  return delay ? webpush_time(delay->retry_at) : 0;
}
inline std::int64_t tries_column(const std::optional<WebPushDelay>& delay) {
  return delay ? clamped(delay->tries) : 0;
}

// "3,7"
inline std::string apps_column(const std::vector<core::ApplicationId>& apps) {
  std::string text;
  for (const core::ApplicationId app : apps) text += (text.empty() ? "" : ",") + std::to_string(core::value(app));
  return text;
}
inline std::vector<core::ApplicationId> read_apps(std::string_view text) {
  std::vector<core::ApplicationId> apps;
  for (const char* at = text.data(); at != text.data() + text.size();) {
    std::uint64_t id = 0;
    const auto read = std::from_chars(at, text.data() + text.size(), id);
    if (read.ec != std::errc()) break;
    apps.push_back(core::ApplicationId{id});
    at = read.ptr + (read.ptr == text.data() + text.size() ? 0 : 1);
  }
  return apps;
}

template <class Row>
WebPushTarget read_target(const Row& row) {
  const auto time = [&row](int column) { return core::WallTime(std::chrono::nanoseconds(row.integer(column))); };
  WebPushTarget target;
  WebPushSubscription& subscription = target.subscription;
  subscription.client = core::ClientId{row.natural(0)};
  subscription.user = core::UserId{row.natural(1)};
  subscription.endpoint = row.text(2);
  subscription.p256dh = row.text(3);
  subscription.auth = row.text(4);
  subscription.min_priority = row.integer(5);
  subscription.apps = read_apps(row.text(6));
  if (row.integer(7) != 0) subscription.muted_until = time(7);
  target.after = core::MessageId{row.natural(8)};
  if (row.integer(9) != kNoDelay)
    target.delay = WebPushDelay{core::MessageId{row.natural(9)}, time(10), row.natural(11)};
  return target;
}

template <class Row>
WebPushKeys read_keys(const Row& row) {
  return {std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))};
}

// Of the columns of kSelectMessages, and the user.
template <class Row>
WebPushMessage read_webpush_message(const Row& row) {
  return {core::UserId{row.natural(7)}, read_message(row)};
}

}  // namespace push::store
