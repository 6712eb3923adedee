// Changes of users.
#include <string>
#include <utility>

#include "push/store/sqlite_store.hpp"
#include "store/changes.hpp"
#include "store/literal.hpp"
#include "store/rows.hpp"
#include "store/sqlite_parts.hpp"

namespace push::store {
namespace {

using core::Result;

constexpr std::string_view kInsert = "INSERT INTO users (name, pass, admin, created_at) VALUES (?1, ?2, ?3, ?4)";
constexpr std::string_view kById = " WHERE id = ?1";
constexpr std::string_view kNameTaken = "SELECT EXISTS(SELECT 1 FROM users WHERE name = ?1 AND id <> ?2)";
constexpr std::string_view kOtherAdmin = "SELECT EXISTS(SELECT 1 FROM users WHERE admin AND id <> ?1)";
constexpr std::string_view kUpdate = "UPDATE users SET name = ?2, admin = ?3 WHERE id = ?1";
constexpr std::string_view kUpdatePassword = "UPDATE users SET pass = ?2 WHERE id = ?1";
// One look at the other applications, however many images the user has.
constexpr std::string_view kOwnImages =
    "SELECT DISTINCT image FROM applications WHERE user_id = ?1 AND image <> ''"
    " AND image NOT IN (SELECT image FROM applications WHERE user_id <> ?1 AND image <> '')";
constexpr std::string_view kNotePurges =
    "INSERT OR IGNORE INTO sharded_gotify_purges (application_id) SELECT id FROM applications WHERE user_id = ?1";
constexpr std::string_view kDeleteApplications = "DELETE FROM applications WHERE user_id = ?1";
constexpr std::string_view kDeleteClients = "DELETE FROM clients WHERE user_id = ?1";
constexpr std::string_view kDeletePluginSettings = "DELETE FROM plugin_confs WHERE user_id = ?1";
constexpr std::string_view kDelete = "DELETE FROM users WHERE id = ?1";

Result<model::User> find(Connection& connection, core::UserId id) {
  auto query = connection.query(kJoined<kSelectUsers, kById>, id);
  if (!query) return query.error();
  auto found = one(*query, read_user);
  if (!found) return found.error();
  if (!*found) return gone("user");
  return std::move(**found);
}

Result<void> keep_an_admin(Connection& connection, const model::User& user) {
  if (!user.admin) return {};
  const auto other = exists(connection, kOtherAdmin, user.id);
  if (!other) return other.error();
  if (!*other) return last_admin();
  return {};
}

// Of a user who is not yet stored, `own` is 0.
Result<void> check_name(Connection& connection, const std::string& name, core::UserId own) {
  const auto taken = exists(connection, kNameTaken, name, own);
  if (!taken) return taken.error();
  if (*taken) return name_taken();
  return {};
}

Result<std::vector<std::string>> own_images(Connection& connection, core::UserId id) {
  auto query = connection.query(kOwnImages, id);
  if (!query) return query.error();
  std::vector<std::string> images;
  while (true) {
    const auto row = query->step();
    if (!row) return row.error();
    if (!*row) return images;
    images.emplace_back(query->text(0));
  }
}

// Without a password the column is NULL: no login.
Result<std::int64_t> update_password(Connection& connection, core::UserId id, const std::string& pass_hash) {
  if (pass_hash.empty()) return connection.change(kUpdatePassword, id, nullptr);
  return connection.change(kUpdatePassword, id, Blob{pass_hash});
}

Result<model::User> update(Connection& connection, core::UserId id, const UserChange& change) {
  auto user = find(connection, id);
  if (!user) return user;
  if (!change.admin) {
    if (auto kept = keep_an_admin(connection, *user); !kept) return kept.error();
  }
  if (auto free = check_name(connection, change.name, id); !free) return free.error();
  if (auto done = execute(connection, kUpdate, id, change.name, change.admin); !done) return done.error();
  user->name = change.name;
  user->admin = change.admin;
  if (change.pass_hash.empty()) return user;
  if (auto done = update_password(connection, id, change.pass_hash); !done) return done.error();
  user->pass_hash = change.pass_hash;
  return user;
}

}  // namespace

Result<model::User> SqliteStore::create_user(NewUser user) {
  model::User created{{}, std::move(user.name), std::move(user.pass_hash), user.admin, core::wall_now()};
  Connection& connection = parts_->connection;
  auto outcome = parts_->writer.change([&]() -> Result<void> {
    if (auto free = check_name(connection, created.name, created.id); !free) return free;
    auto query = connection.query(kInsert, created.name, Blob{created.pass_hash}, created.admin, created.created_at);
    if (!query) return query.error();
    if (created.pass_hash.empty()) query->bind(2, nullptr);
    if (auto done = query->step(); !done) return done.error();
    created.id = core::UserId{static_cast<std::uint64_t>(connection.last_id())};
    return {};
  });
  if (!outcome) return outcome.error();
  return created;
}

Result<model::User> SqliteStore::update_user(core::UserId id, UserChange change) {
  return changed<model::User>(parts_->writer, [&] { return update(parts_->connection, id, change); });
}

Result<void> SqliteStore::set_password(core::UserId id, std::string pass_hash) {
  return parts_->writer.change([&]() -> Result<void> {
    const auto done = update_password(parts_->connection, id, pass_hash);
    if (!done) return done.error();
    if (*done == 0) return gone("user");
    return {};
  });
}

Result<std::vector<std::string>> SqliteStore::delete_user(core::UserId id) {
  using Images = std::vector<std::string>;
  Connection& connection = parts_->connection;
  auto images = changed<Images>(parts_->writer, [&]() -> Result<Images> {
    const auto user = find(connection, id);
    if (!user) return user.error();
    if (auto kept = keep_an_admin(connection, *user); !kept) return kept.error();
    auto images_of_user = own_images(connection, id);
    if (!images_of_user) return images_of_user;
    for (const std::string_view sql :
         {kNotePurges, kDeleteApplications, kDeleteClients, kDeletePluginSettings, kDelete}) {
      if (auto done = execute(connection, sql, id); !done) return done.error();
    }
    return images_of_user;
  });
  if (images) parts_->purger.resume();
  return images;
}

}  // namespace push::store
