#include "store/postgres/feed.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "store/postgres/changes.hpp"
#include "store/postgres/notice.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;
using ChangeKind = model::AccountChange::Kind;

constexpr std::int64_t kPageBytes = 8 * 1024 * 1024;  // of message content; a single message always fits

constexpr std::string_view kExtent = "SELECT " PUSH_HEAD ", coalesce((SELECT max(id) FROM sharded_gotify_events), 0)";
// The rows and the head are from one snapshot. The page ends where its content becomes too large.
constexpr std::string_view kFeedPage =
    "WITH head AS MATERIALIZED (SELECT " PUSH_HEAD
    " AS id),"
    " page AS MATERIALIZED (SELECT p.*, sum(CASE WHEN wanted THEN size ELSE 0 END) OVER (ORDER BY id"
    " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM (SELECT m.id, m.application_id, a.user_id,"
    " octet_length(concat(m.message, m.title)) + coalesce(octet_length(m.extras), 0) AS size,"
    " ($3 OR a.user_id IN (SELECT unnest($4::bigint[]))) AS wanted"
    " FROM messages AS m JOIN applications AS a ON a.id = m.application_id"
    " WHERE m.id > $1 AND m.id <= (SELECT id FROM head) ORDER BY m.id LIMIT $2) AS p)"
    " SELECT page.id, page.application_id, m.message, m.title, m.priority, m.extras, m.date,"
    " page.user_id, page.wanted, head.id, (SELECT count(*) FROM page)"
    " FROM head LEFT JOIN page ON coalesce(page.before, 0) < $5"
    " LEFT JOIN messages AS m ON m.id = page.id AND page.wanted ORDER BY page.id";
constexpr std::string_view kLogAfter =
    "SELECT id, user_id, time, kind, application_id, up_to, message_ids, client_id, head, number IS NOT NULL"
    " FROM sharded_gotify_events WHERE id > $1 ORDER BY id LIMIT $2";

struct NamedKind {
  std::string_view name;
  ChangeKind kind;
};
constexpr std::array<NamedKind, 10> kKinds{{
    {"client_added", ChangeKind::client_added},
    {"client_changed", ChangeKind::client_changed},
    {"client_gone", ChangeKind::client_gone},
    {"application_added", ChangeKind::application_added},
    {"application_changed", ChangeKind::application_changed},
    {"application_gone", ChangeKind::application_gone},
    {"user_added", ChangeKind::user_added},
    {"user_changed", ChangeKind::user_changed},
    {"password_changed", ChangeKind::password_changed},
    {"user_gone", ChangeKind::user_gone},
}};

// An unknown kind was written by a newer version: treat it as a change of the user, who may be remembered wrongly.
ChangeKind kind_of(std::string_view name) {
  for (const NamedKind& one : kKinds) {
    if (one.name == name) return one.kind;
  }
  return ChangeKind::user_changed;
}

LogEntry read_entry(const Row& row) {
  LogEntry entry;
  entry.id = core::EventId{row.natural(0)};
  entry.head = core::MessageId{row.natural(8)};
  if (row.boolean(9)) {
    entry.what = read_event(row);
  } else {
    entry.what = model::AccountChange{kind_of(row.text(3)), core::UserId{row.natural(1)},
                                      core::ClientId{row.natural(7)}, core::ApplicationId{row.natural(4)}};
  }
  return entry;
}

FeedMessage read_feed_message(const Row& row) {
  FeedMessage message{core::MessageId{row.natural(0)}, core::ApplicationId{row.natural(1)},
                      core::UserId{row.natural(7)}, std::nullopt};
  if (row.boolean(8)) message.message = read_message(row);
  return message;
}

std::vector<std::int64_t> numbers_of(const std::optional<std::vector<core::UserId>>& users) {
  std::vector<std::int64_t> ids;
  if (!users) return ids;
  ids.reserve(users->size());
  for (const core::UserId user : *users) ids.push_back(clamped(core::value(user)));
  return ids;
}

}  // namespace

Feed::Feed(const ConnectionString& where, Session& session, const Database& database, ReaderPool& readers,
           Writer& writer, Heartbeat& heartbeat, metrics::Registry& metrics)
    : session_(session),
      cluster_(database.cluster),
      readers_(readers),
      writer_(writer),
      heartbeat_(heartbeat),
      listener_(where, channel_of(cluster_), metrics) {}

// A node that has nothing to write would not notice that its writer's session is lost, and with it the locks of its
// name and its epoch. A change that writes nothing makes the writer reconnect.
void Feed::report(core::Callback<NodeStatus()> status) {
  heartbeat_.report(std::move(status), [this] { post(writer_, [](Transaction&) { return Result<void>(); }); });
}

Result<Extent> Feed::extent() {
  return readers_.read([](Connection& reader) -> Result<Extent> {
    const auto rows = reader.query(kExtent);
    if (!rows) return rows.error();
    return Extent{core::MessageId{(*rows)[0].natural(0)}, core::EventId{(*rows)[0].natural(1)}};
  });
}

// Nothing is used of a page that could not be read to its end.
Result<Feed::Page> Feed::messages_after(core::MessageId after, std::size_t limit,
                                        const std::optional<std::vector<core::UserId>>& users, Take take) {
  const std::vector<std::int64_t> wanted = numbers_of(users);
  const auto rows = readers_.read([&](Connection& reader) {
    return reader.query(kFeedPage, clamped(core::value(after)), clamped(limit), !users.has_value(), wanted, kPageBytes);
  });
  if (!rows) return rows.error();
  Page page;
  std::size_t taken = 0;
  std::size_t found = 0;
  for (int i = 0; i < rows->size(); ++i) {
    const Row row = (*rows)[i];
    page.newest = core::MessageId{row.natural(9)};
    found = row.natural(10);
    if (row.null(0)) continue;  // there are none
    take(read_feed_message(row));
    ++taken;
  }
  page.complete = taken == found && found < limit;
  return page;
}

Result<std::vector<LogEntry>> Feed::log_after(core::EventId after, std::size_t limit) {
  return readers_.read([&](Connection& reader) {
    return all(reader, read_entry, kLogAfter, clamped(core::value(after)), clamped(limit));
  });
}

}  // namespace push::store::postgres
