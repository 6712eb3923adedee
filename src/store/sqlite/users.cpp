// Changes of users.
#include <string>
#include <utility>

#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/parts.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kInsertUser =
    "INSERT INTO users (name, pass, admin, created_at) VALUES (?1, nullif(?2, X''), ?3, ?4)";
constexpr std::string_view kUpdateUser = "UPDATE users SET name = ?2, admin = ?3 WHERE id = ?1";
constexpr std::string_view kUpdatePassword = "UPDATE users SET pass = nullif(?2, X'') WHERE id = ?1";
constexpr std::string_view kNotePurges =
    "INSERT OR IGNORE INTO sharded_gotify_purges (application_id) SELECT id FROM applications WHERE user_id = ?1";
constexpr std::string_view kDeleteApplications = "DELETE FROM applications WHERE user_id = ?1";
constexpr std::string_view kDeleteClients = "DELETE FROM clients WHERE user_id = ?1";
constexpr std::string_view kDeletePluginSettings = "DELETE FROM plugin_confs WHERE user_id = ?1";
constexpr std::string_view kDeleteUser = "DELETE FROM users WHERE id = ?1";

}  // namespace

Result<model::User> Store::create_user(NewUser user) {
  return change(parts_->writer, [&](Transaction& transaction) -> Result<model::User> {
    auto created = new_user(transaction, std::move(user), core::wall_now());
    if (!created) return created;
    const auto done = insert(transaction.database(), *created, kInsertUser, created->name, Blob{created->pass_hash},
                             created->admin, created->created_at);
    if (!done) return done.error();
    return created;
  });
}

Result<model::User> Store::update_user(core::UserId id, UserChange wanted) {
  return change(parts_->writer, [&](Transaction& transaction) -> Result<model::User> {
    Database& database = transaction.database();
    const bool new_password = !wanted.pass_hash.empty();
    auto user = changed(transaction, id, std::move(wanted));
    if (!user) return user;
    if (auto done = execute(database, kUpdateUser, id, user->name, user->admin); !done) return done.error();
    if (!new_password) return user;
    if (auto done = execute(database, kUpdatePassword, id, Blob{user->pass_hash}); !done) return done.error();
    return user;
  });
}

// Without a password the column is NULL: no login.
Result<void> Store::set_password(core::UserId id, std::string pass_hash) {
  return change(parts_->writer, [&](Transaction& transaction) -> Result<void> {
    const auto done = transaction.database().change(kUpdatePassword, id, Blob{pass_hash});
    if (!done) return done.error();
    if (*done == 0) return gone("user");
    return {};
  });
}

Result<std::vector<std::string>> Store::delete_user(core::UserId id) {
  auto images = change(parts_->writer, [&](Transaction& transaction) -> Result<std::vector<std::string>> {
    auto left = images_left_by(transaction, id);
    if (!left) return left;
    for (const std::string_view sql :
         {kNotePurges, kDeleteApplications, kDeleteClients, kDeletePluginSettings, kDeleteUser}) {
      if (auto done = execute(transaction.database(), sql, id); !done) return done.error();
    }
    return left;
  });
  if (images) parts_->purger.resume();
  return images;
}

}  // namespace push::store::sqlite
