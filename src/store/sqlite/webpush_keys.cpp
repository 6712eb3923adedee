// The keys of Web Push, for a command beside a server that may be running.
#include <string>

#include "store/sqlite/path.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/webpush.hpp"
#include "store/webpush_rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kHasWebPushKeys =
    "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'sharded_gotify_webpush_keys'";
constexpr std::string_view kReplaceWebPushKeys =
    "INSERT INTO sharded_gotify_webpush_keys (id, private_key, public_key, subject) VALUES (1, ?1, ?2, ?3)"
    " ON CONFLICT (id) DO UPDATE SET private_key = excluded.private_key, public_key = excluded.public_key,"
    " subject = iif(excluded.subject = '', subject, excluded.subject)";
constexpr std::string_view kForgetEverySubscription = "DELETE FROM sharded_gotify_webpush";

Result<Database> open_for_keys(const config::Database& settings, Database::Mode mode) {
  const auto path = database_path(settings.connection);
  if (!path) return path.error();
  const auto there = is_there(*path);
  if (!there) return there.error();
  const auto nothing =
      core::failure(core::ErrorCode::invalid, *path + " has no Web Push keys: no server has opened it yet");
  if (!*there) return nothing;
  auto database = Database::open(*path, mode, settings.busytimeoutmilliseconds);
  if (!database) return database;
  const auto has_keys = any(*database, kHasWebPushKeys);
  if (!has_keys) return has_keys.error();
  if (!*has_keys) return nothing;
  return database;
}

}  // namespace

Result<WebPushKeys> read_webpush_keys(const config::Database& settings) {
  auto database = open_for_keys(settings, Database::Mode::read_only);
  if (!database) return database.error();
  const auto keys = one(*database, read_keys<Query>, kWebPushKeys);
  if (!keys) return keys.error();
  return keys->value_or(WebPushKeys());
}

Result<void> replace_webpush_keys(const config::Database& settings, const WebPushKeys& keys) {
  auto database = open_for_keys(settings, Database::Mode::read_write);
  if (!database) return database.error();
  // Not committed unless all of it works: the handle closes with the transaction open then.
  if (auto begun = database->run("BEGIN IMMEDIATE"); !begun) return begun;
  const auto replaced = database->change(kReplaceWebPushKeys, keys.private_key, keys.public_key, keys.subject);
  if (!replaced) return replaced.error();
  if (auto forgotten = database->change(kForgetEverySubscription); !forgotten) return forgotten.error();
  return database->run("COMMIT");
}

}  // namespace push::store::sqlite
