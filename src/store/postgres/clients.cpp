// Changes of clients.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "push/core/log.hpp"
#include "store/postgres/changes.hpp"
#include "store/postgres/event_log.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/rows.hpp"
#include "store/postgres/webpush.hpp"
#include "store/rules.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::size_t kClientsInChange = 256;

constexpr std::string_view kInsertClient =
    "INSERT INTO clients (id, user_id, token, name, created_at, elevated_until, expires_after_inactivity_seconds,"
    " expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
constexpr std::string_view kUpdateClient =
    "UPDATE clients SET name = $2, expires_after_inactivity_seconds = $3, expires_at = $4 WHERE id = $1";
constexpr std::string_view kUpdateElevation = "UPDATE clients SET elevated_until = $2 WHERE id = $1";
constexpr std::string_view kDeleteClient = "DELETE FROM clients WHERE id = $1";
constexpr std::string_view kExpired = "SELECT user_id, id FROM clients WHERE expires_at <= $1 ORDER BY id";
// Checks again, because a client may have been used since it was found.
constexpr std::string_view kDeleteExpired =
    "WITH gone AS (DELETE FROM clients WHERE id = ANY($1) AND expires_at <= $2 RETURNING user_id, id),"
    " noted AS (" PUSH_LOG_CHANGE
    "$3, 'client_gone', user_id, id, 0 FROM gone),"
    " forgotten AS (DELETE FROM sharded_gotify_webpush WHERE client_id IN (SELECT id FROM gone))"
    " SELECT user_id, id FROM gone ORDER BY id";

OwnedClient read_owned(const Row& row) {
  return {core::UserId{row.natural(0)}, core::ClientId{row.natural(1)}};
}

// Fits: the rules refuse what the column cannot hold.
std::int64_t seconds_of(const model::Client& client) {
  return static_cast<std::int64_t>(client.expires_after_inactivity_seconds);
}

std::optional<core::WallTime> cut(std::optional<core::WallTime> time) {
  if (time) time = cut_to_microseconds(*time);
  return time;
}

core::Error no_client_text() {
  return core::failure(core::ErrorCode::invalid, "the name of the client is not UTF-8 without NUL");
}

}  // namespace

void Store::create_client(NewClient client, Done<model::Client> done) {
  const core::UserId user = client.user;
  if (!is_text(client.name)) return done(no_client_text());
  change(parts_->writer, user, How::by_rules, std::move(done),
         [&parts = *parts_, client = std::move(client)](Transaction& transaction) -> Plan<model::Client> {
           auto created = new_client(transaction, client, parts.creation_time());
           if (!created) return created;
           const auto id = transaction.next_id("clients");
           if (!id) return id.error();
           created->id = core::ClientId{static_cast<std::uint64_t>(*id)};
           created->elevated_until = cut(created->elevated_until);
           created->expires_at = cut(created->expires_at);
           transaction.write(kInsertClient, created->id, created->user, std::string_view(created->token),
                             std::string_view(created->name), created->created_at, created->elevated_until,
                             seconds_of(*created), created->expires_at);
           log_change(transaction, "client_added", created->user, created->id, {});
           return created;
         });
}

void Store::update_client(core::UserId user, core::ClientId id, ClientChange wanted, Done<model::Client> done) {
  if (!is_text(wanted.name)) return done(no_client_text());
  change(
      parts_->writer, user, How::by_rules, std::move(done),
      [&clock = parts_->clock, user, id, wanted = std::move(wanted)](Transaction& transaction) -> Plan<model::Client> {
        auto client = changed(transaction, user, id, wanted, clock());
        if (!client) return client;
        client->expires_at = cut(client->expires_at);
        transaction.write(kUpdateClient, id, std::string_view(client->name), seconds_of(*client), client->expires_at);
        log_change(transaction, "client_changed", user, id, {});
        return client;
      });
}

void Store::elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until, Done<void> done) {
  change(parts_->writer, user, How::by_rules, std::move(done),
         [&clock = parts_->clock, user, id, until](Transaction& transaction) -> Plan<void> {
           if (auto client = owned(transaction, user, id, clock()); !client) return client.error();
           transaction.write(kUpdateElevation, id, until);
           log_change(transaction, "client_changed", user, id, {});
           return Result<void>();
         });
}

void Store::delete_client(core::UserId user, core::ClientId id, Done<void> done) {
  change(parts_->writer, user, How::by_rules, std::move(done),
         [&clock = parts_->clock, user, id](Transaction& transaction) -> Plan<void> {
           if (auto client = owned(transaction, user, id, clock()); !client) return client.error();
           transaction.write(kDeleteClient, id);
           forget_webpush(transaction, id);
           log_change(transaction, "client_gone", user, id, {});
           return Result<void>();
         });
}

Result<std::vector<OwnedClient>> Store::find_expired_clients(core::WallTime time) {
  const core::WallTime now = parts_->server_clock.of(time);
  return parts_->readers.read([now](Connection& reader) { return all(reader, read_owned, kExpired, now); });
}

Result<std::vector<OwnedClient>> Store::delete_expired_clients(std::vector<OwnedClient> clients, core::WallTime time) {
  const core::WallTime now = parts_->server_clock.of(time);
  std::vector<OwnedClient> deleted;
  for (std::size_t from = 0; from < clients.size(); from += kClientsInChange) {
    const auto first = clients.begin() + static_cast<std::ptrdiff_t>(from);
    const std::vector<OwnedClient> some(
        first, first + static_cast<std::ptrdiff_t>(std::min(kClientsInChange, clients.size() - from)));
    const auto gone = change_now(parts_->writer, How::blind, [&some, now](Transaction& transaction) {
      std::vector<std::int64_t> ids;
      ids.reserve(some.size());
      for (const OwnedClient& one : some) ids.push_back(static_cast<std::int64_t>(one.client));
      const Answer rows = transaction.write(kDeleteExpired, ids, now, core::wall_now().time_since_epoch().count());
      transaction.note_log();
      return Plan<std::vector<OwnedClient>>::later([rows, &some]() -> Result<std::vector<OwnedClient>> {
        if (!*rows) return some;
        std::vector<OwnedClient> found;
        found.reserve(some.size());
        for (int i = 0; i < (*rows)->size(); ++i) found.push_back(read_owned((**rows)[i]));
        return found;
      });
    });
    if (gone) {
      deleted.insert(deleted.end(), gone->begin(), gone->end());
      continue;
    }
    if (deleted.empty()) return gone.error();
    spdlog::warn("some expired clients not deleted error=\"{}\"", gone.error().text);
    break;
  }
  return deleted;
}

}  // namespace push::store::postgres
