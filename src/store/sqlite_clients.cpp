// Changes of clients. Times of old databases may have any offset, so they are compared as times, never in SQL.
#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "push/core/log.hpp"
#include "push/store/sqlite_store.hpp"
#include "store/changes.hpp"
#include "store/literal.hpp"
#include "store/rows.hpp"
#include "store/sqlite_parts.hpp"

namespace push::store {
namespace {

using core::Result;

constexpr std::size_t kSlice = 256;  // clients in one change
constexpr std::chrono::hours kOffsets{48};

constexpr std::string_view kInsert =
    "INSERT INTO clients (user_id, token, name, created_at, elevated_until, expires_after_inactivity_seconds,"
    " expires_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr std::string_view kUserExists = "SELECT EXISTS(SELECT 1 FROM users WHERE id = ?1)";
constexpr std::string_view kTokenTaken = "SELECT EXISTS(SELECT 1 FROM clients WHERE token = ?1)";
constexpr std::string_view kById = " WHERE id = ?1";
constexpr std::string_view kUpdateName = "UPDATE clients SET name = ?2 WHERE id = ?1";
constexpr std::string_view kUpdateExpiry =
    "UPDATE clients SET expires_after_inactivity_seconds = ?2, expires_at = ?3 WHERE id = ?1";
constexpr std::string_view kUpdateElevation = "UPDATE clients SET elevated_until = ?2 WHERE id = ?1";
constexpr std::string_view kDelete = "DELETE FROM clients WHERE id = ?1";
constexpr std::string_view kMayHaveExpired = "SELECT id, expires_at FROM clients WHERE expires_at <= ?1";

Result<void> check_seconds(std::uint64_t seconds) {
  if (seconds <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return {};
  return core::failure(core::ErrorCode::invalid, "expiresAfterInactivitySeconds is out of range");
}

Result<model::Client> owned(Connection& connection, core::UserId user, core::ClientId id) {
  auto found = find_living(connection, id, core::wall_now());
  if (!found) return found.error();
  if (!*found || (*found)->user != user) return gone("client");
  return std::move(**found);
}

Result<void> insert(Connection& connection, model::Client& created) {
  const auto owner = exists(connection, kUserExists, created.user);
  if (!owner) return owner.error();
  if (!*owner) return gone("user");
  const auto taken = exists(connection, kTokenTaken, created.token);
  if (!taken) return taken.error();
  if (*taken) return token_taken("client");
  const auto seconds = static_cast<std::int64_t>(created.expires_after_inactivity_seconds);
  const auto done = execute(connection, kInsert, created.user, created.token, created.name, created.created_at,
                            created.elevated_until, seconds, created.expires_at);
  if (!done) return done;
  created.id = core::ClientId{static_cast<std::uint64_t>(connection.last_id())};
  return {};
}

Result<void> set_expiry(Connection& connection, model::Client& client, std::uint64_t seconds) {
  client.expires_after_inactivity_seconds = seconds;
  client.expires_at = expiry(client.last_used.value_or(client.created_at), seconds);
  return execute(connection, kUpdateExpiry, client.id, static_cast<std::int64_t>(seconds), client.expires_at);
}

// Our own texts end in +00:00 and sort as their times do. A text with another offset, or with 'T' for the blank, sorts
// below the text of two days later; only another program wrote such, so they are looked for when the next one is due.
struct Expired {
  std::vector<core::ClientId> clients;
  core::WallTime next_foreign;  // only of a wide search
};

Result<Expired> find_expired(Connection& connection, core::WallTime now, bool wide) {
  const std::string bound = core::database_time(wide ? now + kOffsets : now);  // outlives the query
  auto query = connection.query(kMayHaveExpired, bound);
  if (!query) return query.error();
  Expired expired{{}, now + kOffsets / 2};
  while (true) {
    const auto row = query->step();
    if (!row) return row.error();
    if (!*row) return expired;
    const bool foreign = !query->text(1).ends_with("+00:00") || query->text(1).find('T') != std::string_view::npos;
    const auto at = query->time(1);
    if (at && *at <= now) {
      expired.clients.push_back(core::ClientId{query->natural(0)});
    } else if (at && foreign) {
      expired.next_foreign = std::min(expired.next_foreign, *at);
    }
  }
}

// It may have been used since it was found.
Result<void> delete_if_expired(Connection& connection, core::ClientId id, core::WallTime now,
                               std::vector<OwnedClient>& deleted) {
  auto query = connection.query(kJoined<kSelectClients, kById>, id);
  if (!query) return query.error();
  const auto found = one(*query, read_client);
  if (!found) return found.error();
  if (!*found || !has_expired(**found, now)) return {};
  deleted.push_back({(*found)->user, id});
  return execute(connection, kDelete, id);
}

}  // namespace

Result<model::Client> SqliteStore::create_client(NewClient client) {
  if (auto checked = check_seconds(client.expires_after_inactivity_seconds); !checked) return checked.error();
  model::Client created;
  created.user = client.user;
  created.token = std::move(client.token);
  created.name = std::move(client.name);
  created.created_at = core::wall_now();
  created.elevated_until = client.elevated_until;
  created.expires_after_inactivity_seconds = client.expires_after_inactivity_seconds;
  created.expires_at = expiry(created.created_at, created.expires_after_inactivity_seconds);
  if (auto done = parts_->writer.change([&] { return insert(parts_->connection, created); }); !done) {
    return done.error();
  }
  return created;
}

Result<model::Client> SqliteStore::update_client(core::UserId user, core::ClientId id, ClientChange change) {
  const auto seconds = change.expires_after_inactivity_seconds;
  if (auto checked = check_seconds(seconds.value_or(0)); !checked) return checked.error();
  Connection& connection = parts_->connection;
  return changed<model::Client>(parts_->writer, [&]() -> Result<model::Client> {
    auto client = owned(connection, user, id);
    if (!client) return client;
    if (auto named = execute(connection, kUpdateName, id, change.name); !named) return named.error();
    client->name = change.name;
    if (!seconds) return client;
    if (auto set = set_expiry(connection, *client, *seconds); !set) return set.error();
    return client;
  });
}

Result<void> SqliteStore::elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until) {
  Connection& connection = parts_->connection;
  return parts_->writer.change([&]() -> Result<void> {
    if (auto client = owned(connection, user, id); !client) return client.error();
    return execute(connection, kUpdateElevation, id, until);
  });
}

Result<void> SqliteStore::delete_client(core::UserId user, core::ClientId id) {
  Connection& connection = parts_->connection;
  return parts_->writer.change([&]() -> Result<void> {
    if (auto client = owned(connection, user, id); !client) return client.error();
    return execute(connection, kDelete, id);
  });
}

Result<std::vector<OwnedClient>> SqliteStore::delete_expired_clients(core::WallTime now) {
  const bool wide = now >= parts_->next_foreign_expiry.load();
  const auto found = [&] {
    const auto reader = parts_->readers.lease();
    return find_expired(*reader, now, wide);
  }();
  if (!found) return found.error();
  if (wide) parts_->next_foreign_expiry = found->next_foreign;
  const std::vector<core::ClientId>& expired = found->clients;
  std::vector<OwnedClient> deleted;
  for (std::size_t from = 0; from < expired.size(); from += kSlice) {
    const std::size_t to = std::min(from + kSlice, expired.size());
    const std::size_t before = deleted.size();
    auto done = parts_->writer.change([&]() -> Result<void> {
      for (std::size_t i = from; i < to; ++i) {
        auto one = delete_if_expired(parts_->connection, expired[i], now, deleted);
        if (!one) return one;
      }
      return {};
    });
    if (done) continue;
    parts_->next_foreign_expiry = core::WallTime{};
    deleted.resize(before);
    if (deleted.empty()) return done.error();
    spdlog::warn("some expired clients were not deleted: {}", done.error().text);
    break;
  }
  return deleted;
}

}  // namespace push::store
