// The keys of Web Push, for a command beside servers that may be running.
#include <string>

#include "store/postgres/connection.hpp"
#include "store/postgres/rows.hpp"
#include "store/postgres/webpush.hpp"
#include "store/webpush_rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kHasWebPushKeys =
    "SELECT 1 WHERE to_regclass(quote_ident(current_schema()) || '.sharded_gotify_webpush_keys') IS NOT NULL";
// One statement, so all of it or nothing. It needs no write lock: it gives no ids.
constexpr std::string_view kReplaceWebPushKeys =
    "WITH forgotten AS (DELETE FROM sharded_gotify_webpush)"
    " INSERT INTO sharded_gotify_webpush_keys AS k (id, private_key, public_key, subject) VALUES (1, $1, $2, $3)"
    " ON CONFLICT (id) DO UPDATE SET private_key = excluded.private_key, public_key = excluded.public_key,"
    " subject = CASE WHEN excluded.subject = '' THEN k.subject ELSE excluded.subject END";

Result<Connection> open_for_keys(const config::Database& settings) {
  const auto where = ConnectionString::parse(settings.connection);
  if (!where) return where.error();
  auto connection = Connection::open(*where, Connection::Use::watching);
  if (!connection) return connection;
  const auto has_keys = any(*connection, kHasWebPushKeys);
  if (!has_keys) return has_keys.error();
  if (!*has_keys) {
    return core::failure(core::ErrorCode::invalid,
                         where->description + " has no Web Push keys: no server has opened it yet");
  }
  return connection;
}

}  // namespace

Result<WebPushKeys> read_webpush_keys(const config::Database& settings) {
  auto connection = open_for_keys(settings);
  if (!connection) return connection.error();
  const auto keys = one(*connection, read_keys<Row>, kWebPushKeys);
  if (!keys) return keys.error();
  return keys->value_or(WebPushKeys());
}

Result<void> replace_webpush_keys(const config::Database& settings, const WebPushKeys& keys) {
  auto connection = open_for_keys(settings);
  if (!connection) return connection.error();
  const auto replaced = connection->query(kReplaceWebPushKeys, std::string_view(keys.private_key),
                                          std::string_view(keys.public_key), std::string_view(keys.subject));
  if (!replaced) return replaced.error();
  return {};
}

}  // namespace push::store::postgres
