// Reading messages, one by one and in pages.
#include <algorithm>
#include <limits>
#include <queue>
#include <utility>

#include "store/literal.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/snapshot.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

// A message whose application is gone is invisible even before the purge thread removes it.
constexpr std::string_view kVisibleById =
    " WHERE id = ?1 AND EXISTS (SELECT 1 FROM applications AS a WHERE a.id = messages.application_id)";
constexpr std::string_view kPage =
    " WHERE application_id = ?1 AND id <= ?2 AND EXISTS (SELECT 1 FROM applications WHERE id = ?1)"
    " ORDER BY id DESC LIMIT ?3";
constexpr std::string_view kNewestOfApplication =
    "SELECT id FROM messages WHERE application_id = ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1";
constexpr std::string_view kOldestOfApplication =
    "SELECT id FROM messages WHERE application_id = ?1 AND id >= ?2 ORDER BY id LIMIT 1";

constexpr std::string_view kCountAfter =
    "SELECT count(*) FROM (SELECT 1 FROM messages WHERE application_id = ?1 AND id > ?2 LIMIT ?3)";
// AUTOINCREMENT: SQLite keeps the greatest id that was ever used.
constexpr std::string_view kNewestEver = "SELECT seq FROM sqlite_sequence WHERE name = 'messages'";

constexpr std::int64_t kMaxMessage = std::numeric_limits<std::int64_t>::max();

// The greatest id that may be on the page.
std::int64_t upper_bound(const PageRequest& page) {
  return page.since == 0 ? kMaxMessage : clamped(page.since - 1);
}

enum class Order { newest_first, oldest_first };

// Merges the messages of several applications in order. Each application is a cursor that knows only its next id, found
// by one index look-up; a page of n messages from k applications costs k + 2n look-ups, however many messages there
// are.
class Merge {
 public:
  Merge(Database& database, Order order) : database_(database), order_(order), cursors_(Later{order}) {}

  // `bound`: the first id that may be returned.
  Result<void> add(std::int64_t application, std::int64_t bound) {
    const auto sql = order_ == Order::newest_first ? kNewestOfApplication : kOldestOfApplication;
    const auto next = one(database_, read_integer<Query>, sql, application, bound);
    if (!next) return next.error();
    if (*next) cursors_.push({**next, application});
    return {};
  }

  Result<void> pass_on(std::uint64_t limit, Finder::Take<model::Message>& take) {
    for (std::uint64_t taken = 0; taken < limit && !cursors_.empty();) {
      const Cursor first = cursors_.top();
      cursors_.pop();
      const auto message = one(database_, read_message<Query>, kJoined<kSelectMessages, kById>, first.message);
      if (!message) return message.error();
      if (*message) {
        if (!take(**message)) return {};
        ++taken;
      }
      if (auto added = step(first); !added) return added.error();
    }
    return {};
  }

 private:
  struct Cursor {
    std::int64_t message;
    std::int64_t application;
  };
  struct Later {
    Order order;
    bool operator()(const Cursor& a, const Cursor& b) const {
      return order == Order::newest_first ? a.message < b.message : a.message > b.message;
    }
  };

  Result<void> step(const Cursor& cursor) {
    if (order_ == Order::newest_first) return add(cursor.application, cursor.message - 1);
    if (cursor.message == kMaxMessage) return {};
    return add(cursor.application, cursor.message + 1);
  }

  Database& database_;
  const Order order_;
  std::priority_queue<Cursor, std::vector<Cursor>, Later> cursors_;
};

Result<void> messages_of(Database& database, core::UserId user, Order order, std::int64_t bound, std::uint64_t limit,
                         Finder::Take<model::Message>& take) {
  const Snapshot snapshot(database);
  if (!snapshot.begun()) return snapshot.begun().error();
  const auto applications = all(database, read_integer<Query>, kApplicationsOfUser, user);
  if (!applications) return applications.error();
  Merge merge(database, order);
  for (const std::int64_t application : *applications) {
    if (auto added = merge.add(application, bound); !added) return added.error();
  }
  return merge.pass_on(limit, take);
}

}  // namespace

Result<std::optional<model::Message>> Store::find_message(core::MessageId id) {
  const auto reader = parts_->readers.lease();
  return one(*reader, read_message<Query>, kJoined<kSelectMessages, kVisibleById>, id);
}

Result<void> Store::list_messages(core::UserId user, PageRequest page, Take<model::Message> take) {
  const auto reader = parts_->readers.lease();
  return messages_of(*reader, user, Order::newest_first, upper_bound(page), page.limit, take);
}

Result<void> Store::list_messages(core::ApplicationId application, PageRequest page, Take<model::Message> take) {
  const auto reader = parts_->readers.lease();
  const std::int64_t bound = upper_bound(page);
  const std::int64_t limit = clamped(page.limit);
  auto query = reader->query(kJoined<kSelectMessages, kPage>, application, bound, limit);
  if (!query) return query.error();
  for (;;) {
    const auto row = query->step();
    if (!row) return row.error();
    if (!*row || !take(read_message(*query))) return {};
  }
}

Result<void> Store::list_messages_after(core::UserId owner, core::MessageId after, Take<model::Message> take) {
  const std::int64_t last_seen = clamped(core::value(after));
  if (last_seen == kMaxMessage) return {};
  const auto reader = parts_->readers.lease();
  constexpr auto kNoLimit = std::numeric_limits<std::uint64_t>::max();
  return messages_of(*reader, owner, Order::oldest_first, last_seen + 1, kNoLimit, take);
}

Result<std::uint64_t> Store::count_messages_after(core::UserId owner, core::MessageId after, std::uint64_t most) {
  const auto reader = parts_->readers.lease();
  const Snapshot snapshot(*reader);
  if (!snapshot.begun()) return snapshot.begun().error();
  const auto applications = all(*reader, read_integer<Query>, kApplicationsOfUser, owner);
  if (!applications) return applications.error();
  std::uint64_t count = 0;
  for (const std::int64_t application : *applications) {
    if (count >= most) break;
    const auto more =
        one(*reader, read_integer<Query>, kCountAfter, application, clamped(core::value(after)), clamped(most - count));
    if (!more) return more.error();
    count += static_cast<std::uint64_t>(more->value_or(0));
  }
  return count;
}

Result<core::MessageId> Store::newest_message() {
  const auto reader = parts_->readers.lease();
  const auto newest = one(*reader, read_integer<Query>, kNewestEver);
  if (!newest) return newest.error();
  return core::MessageId{static_cast<std::uint64_t>(newest->value_or(0))};
}

}  // namespace push::store::sqlite
