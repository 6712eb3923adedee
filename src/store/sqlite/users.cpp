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
constexpr std::string_view kDeleteWebPush = "DELETE FROM sharded_gotify_webpush WHERE user_id = ?1";
constexpr std::string_view kDeletePluginSettings = "DELETE FROM plugin_confs WHERE user_id = ?1";
constexpr std::string_view kDeleteRemovedEvents = "DELETE FROM sharded_gotify_events_removed WHERE user_id = ?1";
constexpr std::string_view kDeleteReadMark = "DELETE FROM sharded_gotify_read_marks WHERE user_id = ?1";
constexpr std::string_view kDeleteRetentions =
    "DELETE FROM sharded_gotify_retention WHERE application_id IN (SELECT id FROM applications WHERE user_id = ?1)";
constexpr std::string_view kDeleteRetentionFloor = "DELETE FROM sharded_gotify_retention_floor WHERE user_id = ?1";
constexpr std::string_view kDeleteUser = "DELETE FROM users WHERE id = ?1";

}  // namespace

void Store::create_user(NewUser user, Done<model::User> done) {
  change(
      parts_->writer, {}, std::move(done),
      [user = std::move(user)](Transaction& transaction) mutable -> Result<model::User> {
        auto created = new_user(transaction, std::move(user), core::wall_now());
        if (!created) return created;
        const auto written = insert(transaction.database(), *created, kInsertUser, created->name,
                                    Blob{created->pass_hash}, created->admin, created->created_at);
        if (!written) return written.error();
        return created;
      },
      Room::not_the_last);
}

void Store::update_user(core::UserId id, UserChange wanted, Done<model::User> done) {
  change(parts_->writer, id, std::move(done),
         [id, wanted = std::move(wanted)](Transaction& transaction) mutable -> Result<model::User> {
           Database& database = transaction.database();
           const bool new_password = !wanted.pass_hash.empty();
           auto user = changed(transaction, id, std::move(wanted));
           if (!user) return user;
           if (auto written = execute(database, kUpdateUser, id, user->name, user->admin); !written)
             return written.error();
           if (!new_password) return user;
           if (auto written = execute(database, kUpdatePassword, id, Blob{user->pass_hash}); !written)
             return written.error();
           return user;
         });
}

// Without a password the column is NULL: no login.
void Store::set_password(core::UserId id, std::string pass_hash, Done<void> done) {
  change(parts_->writer, id, std::move(done),
         [id, pass_hash = std::move(pass_hash)](Transaction& transaction) mutable -> Result<void> {
           const auto written = transaction.database().change(kUpdatePassword, id, Blob{pass_hash});
           if (!written) return written.error();
           if (*written == 0) return gone("user");
           return {};
         });
}

void Store::delete_user(core::UserId id, Done<std::vector<std::string>> done) {
  Done<std::vector<std::string>> resumed = [&purger = parts_->purger,
                                            done = std::move(done)](Result<std::vector<std::string>> images) mutable {
    if (images) purger.resume();
    done(std::move(images));
  };
  change(parts_->writer, id, std::move(resumed), [id](Transaction& transaction) -> Result<std::vector<std::string>> {
    auto left = images_left_by(transaction, id);
    if (!left) return left;
    // The user's events stay until they are too old, which spares the writer a long transaction.
    for (const std::string_view sql :
         {kNotePurges, kDeleteRetentions, kDeleteRetentionFloor, kDeleteApplications, kDeleteClients, kDeleteWebPush,
          kDeletePluginSettings, kDeleteRemovedEvents, kDeleteReadMark, kDeleteUser}) {
      if (auto written = execute(transaction.database(), sql, id); !written) return written.error();
    }
    return left;
  });
}

}  // namespace push::store::sqlite
