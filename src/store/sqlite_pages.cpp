// Pages of messages: how they are read.
#include <algorithm>
#include <limits>
#include <queue>
#include <utility>

#include "push/store/sqlite_store.hpp"
#include "store/literal.hpp"
#include "store/rows.hpp"
#include "store/sqlite_parts.hpp"

namespace push::store {
namespace {

using core::Result;

constexpr std::string_view kById = " WHERE id = ?1";
constexpr std::string_view kPage =
    " WHERE application_id = ?1 AND id <= ?2 AND EXISTS (SELECT 1 FROM applications WHERE id = ?1)"
    " ORDER BY id DESC LIMIT ?3";
constexpr std::string_view kApplications = "SELECT id FROM applications WHERE user_id = ?1";
constexpr std::string_view kNewest =
    "SELECT id FROM messages WHERE application_id = ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1";

constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();

std::int64_t clamped(std::uint64_t value) {
  return static_cast<std::int64_t>(std::min(value, static_cast<std::uint64_t>(kMax)));
}

// The greatest id that the page may hold.
std::int64_t upper_bound(const PageRequest& page) {
  return page.since == 0 ? kMax : clamped(page.since - 1);
}

// One view of the database for several queries.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection) : connection_(connection), begun_(connection.change("BEGIN")) {}
  ~Snapshot() {
    if (begun_) static_cast<void>(connection_.change("COMMIT"));
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  const Result<std::int64_t>& begun() const { return begun_; }

 private:
  Connection& connection_;
  Result<std::int64_t> begun_;
};

// Merges the messages of several applications, newest first. Each application is a cursor that knows its next id only,
// found with one descent of the index; a page of n of k applications costs k + 2n look-ups, whatever they hold.
class Merge {
 public:
  explicit Merge(Connection& connection) : connection_(connection) {}

  Result<void> add(std::int64_t application, std::int64_t bound) {
    auto query = connection_.query(kNewest, application, bound);
    if (!query) return query.error();
    const auto row = query->step();
    if (!row) return row.error();
    if (*row) cursors_.emplace(query->integer(0), application);
    return {};
  }

  bool empty() const { return cursors_.empty(); }

  Result<std::optional<model::Message>> next() {
    const auto [id, application] = cursors_.top();
    cursors_.pop();
    auto query = connection_.query(kJoined<kSelectMessages, kById>, id);
    if (!query) return query.error();
    auto message = one(*query, read_message);
    if (!message) return message;
    if (auto added = add(application, id - 1); !added) return added.error();
    return message;
  }

 private:
  Connection& connection_;
  std::priority_queue<std::pair<std::int64_t, std::int64_t>> cursors_;  // message id, application id
};

Result<void> add_applications(Connection& connection, core::UserId user, std::int64_t bound, Merge& merge) {
  auto query = connection.query(kApplications, user);
  if (!query) return query.error();
  while (true) {
    const auto row = query->step();
    if (!row) return row.error();
    if (!*row) return {};
    if (auto added = merge.add(query->integer(0), bound); !added) return added;
  }
}

}  // namespace

Result<std::vector<model::Message>> SqliteStore::list_messages(core::UserId user, PageRequest page) {
  const auto reader = parts_->readers.lease();
  const Snapshot snapshot(*reader);
  if (!snapshot.begun()) return snapshot.begun().error();
  Merge merge(*reader);
  if (auto added = add_applications(*reader, user, upper_bound(page), merge); !added) return added.error();
  std::vector<model::Message> messages;
  while (messages.size() < page.limit && !merge.empty()) {
    auto message = merge.next();
    if (!message) return message.error();
    if (*message) messages.push_back(std::move(**message));
  }
  return messages;
}

Result<std::vector<model::Message>> SqliteStore::list_messages(core::ApplicationId application, PageRequest page) {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectMessages, kPage>, application, upper_bound(page), clamped(page.limit));
  if (!query) return query.error();
  return all(*query, read_message);
}

}  // namespace push::store
