// Changes of clients. Times in old databases may have any offset, so they are compared as times, never in SQL.
#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "push/core/log.hpp"
#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/webpush.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::size_t kClientsInChange = 256;
constexpr std::chrono::hours kOffsets{48};

constexpr std::string_view kInsertClient =
    "INSERT INTO clients (user_id, token, name, created_at, elevated_until, expires_after_inactivity_seconds,"
    " expires_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr std::string_view kUpdateName = "UPDATE clients SET name = ?2 WHERE id = ?1";
constexpr std::string_view kUpdateExpiry =
    "UPDATE clients SET expires_after_inactivity_seconds = ?2, expires_at = ?3 WHERE id = ?1";
constexpr std::string_view kUpdateElevation = "UPDATE clients SET elevated_until = ?2 WHERE id = ?1";
constexpr std::string_view kDeleteClient = "DELETE FROM clients WHERE id = ?1";
constexpr std::string_view kMayHaveExpired = "SELECT id, expires_at, user_id FROM clients WHERE expires_at <= ?1";

// Fits: the rules refuse what the column cannot hold.
std::int64_t seconds_of(const model::Client& client) {
  return static_cast<std::int64_t>(client.expires_after_inactivity_seconds);
}

// Times that we write end in +00:00 and sort as strings. A time with another offset, or with 'T' instead of the blank,
// sorts below the string for two days later. Only other programs write those, so that wide range is searched only when
// the next such client is due.
struct Expired {
  std::vector<OwnedClient> clients;
  core::WallTime next_foreign;  // valid after a wide search only
};

Result<Expired> find_expired(Database& database, core::WallTime now, bool wide) {
  const std::string bound = core::database_time(wide ? now + kOffsets : now);  // outlives the query
  auto query = database.query(kMayHaveExpired, bound);
  if (!query) return query.error();
  Expired expired{{}, now + kOffsets / 2};
  const auto done = each(*query, [&](const Query& row) {
    const bool foreign = !row.text(1).ends_with("+00:00") || row.text(1).find('T') != std::string_view::npos;
    const auto at = row.time(1);
    if (at && *at <= now) {
      expired.clients.push_back({core::UserId{row.natural(2)}, core::ClientId{row.natural(0)}});
    } else if (at && foreign) {
      expired.next_foreign = std::min(expired.next_foreign, *at);
    }
  });
  if (!done) return done.error();
  return expired;
}

Result<void> remove_client(Database& database, core::ClientId id) {
  if (auto forgotten = forget_webpush(database, id); !forgotten) return forgotten;
  return execute(database, kDeleteClient, id);
}

// Checks again, because the client may have been used since it was found.
Result<void> delete_if_expired(Transaction& transaction, core::ClientId id, core::WallTime now,
                               std::vector<OwnedClient>& deleted) {
  const auto found = transaction.client(id);
  if (!found) return found.error();
  if (!*found || !has_expired(**found, now)) return {};
  deleted.push_back({(*found)->user, id});
  return remove_client(transaction.database(), id);
}

}  // namespace

void Store::create_client(NewClient client, Done<model::Client> done) {
  const core::UserId user = client.user;
  change(parts_->writer, user, std::move(done),
         [client = std::move(client)](Transaction& transaction) mutable -> Result<model::Client> {
           auto created = new_client(transaction, std::move(client), core::wall_now());
           if (!created) return created;
           const auto written =
               insert(transaction.database(), *created, kInsertClient, created->user, created->token, created->name,
                      created->created_at, created->elevated_until, seconds_of(*created), created->expires_at);
           if (!written) return written.error();
           return created;
         });
}

void Store::update_client(core::UserId user, core::ClientId id, ClientChange wanted, Done<model::Client> done) {
  change(parts_->writer, user, std::move(done),
         [&clock = parts_->clock, user, id,
          wanted = std::move(wanted)](Transaction& transaction) mutable -> Result<model::Client> {
           Database& database = transaction.database();
           const bool new_expiry = wanted.expires_after_inactivity_seconds.has_value();
           auto client = changed(transaction, user, id, std::move(wanted), clock());
           if (!client) return client;
           if (auto named = execute(database, kUpdateName, id, client->name); !named) return named.error();
           if (!new_expiry) return client;
           const auto set = execute(database, kUpdateExpiry, id, seconds_of(*client), client->expires_at);
           if (!set) return set.error();
           return client;
         });
}

void Store::elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until, Done<void> done) {
  change(parts_->writer, user, std::move(done),
         [&clock = parts_->clock, user, id, until](Transaction& transaction) -> Result<void> {
           if (auto client = owned(transaction, user, id, clock()); !client) return client.error();
           return execute(transaction.database(), kUpdateElevation, id, until);
         });
}

void Store::delete_client(core::UserId user, core::ClientId id, Done<void> done) {
  change(parts_->writer, user, std::move(done),
         [&clock = parts_->clock, user, id](Transaction& transaction) -> Result<void> {
           if (auto client = owned(transaction, user, id, clock()); !client) return client.error();
           return remove_client(transaction.database(), id);
         });
}

Result<std::vector<OwnedClient>> Store::find_expired_clients(core::WallTime now) {
  const bool wide = now >= parts_->next_foreign_expiry.load();
  const auto reader = parts_->readers.lease();
  auto found = find_expired(*reader, now, wide);
  if (!found) return found.error();
  if (wide) parts_->next_foreign_expiry = found->next_foreign;
  return std::move(found->clients);
}

Result<std::vector<OwnedClient>> Store::delete_expired_clients(std::vector<OwnedClient> clients, core::WallTime now) {
  std::vector<OwnedClient> deleted;
  for (std::size_t from = 0; from < clients.size(); from += kClientsInChange) {
    const std::size_t to = std::min(from + kClientsInChange, clients.size());
    const std::size_t before = deleted.size();
    const auto done = change_now(parts_->writer, [&](Transaction& transaction) -> Result<void> {
      for (std::size_t i = from; i < to; ++i) {
        auto one_done = delete_if_expired(transaction, clients[i].client, now, deleted);
        if (!one_done) return one_done;
      }
      return {};
    });
    if (done) continue;
    parts_->next_foreign_expiry = core::WallTime{};
    deleted.resize(before);
    if (deleted.empty()) return done.error();
    spdlog::warn("some expired clients not deleted error=\"{}\"", done.error().text);
    break;
  }
  return deleted;
}

}  // namespace push::store::sqlite
