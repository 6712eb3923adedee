// Changes of users.
#include <string>
#include <utility>

#include "store/postgres/changes.hpp"
#include "store/postgres/event_log.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/pictures.hpp"
#include "store/rules.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kInsertUser =
    "INSERT INTO users (id, name, pass, admin, created_at) VALUES ($1, $2, nullif($3, ''::bytea), $4, $5)";
constexpr std::string_view kUpdateUser = "UPDATE users SET name = $2, admin = $3 WHERE id = $1";
constexpr std::string_view kUpdatePassword = "UPDATE users SET pass = nullif($2, ''::bytea) WHERE id = $1";
constexpr std::string_view kNotePurges =
    "INSERT INTO sharded_gotify_purges (application_id) SELECT id FROM applications WHERE user_id = $1"
    " ON CONFLICT DO NOTHING";
constexpr std::string_view kDeleteApplications = "DELETE FROM applications WHERE user_id = $1";
constexpr std::string_view kDeleteClients = "DELETE FROM clients WHERE user_id = $1";
constexpr std::string_view kDeleteWebPush = "DELETE FROM sharded_gotify_webpush WHERE user_id = $1";
constexpr std::string_view kDeletePluginSettings = "DELETE FROM plugin_confs WHERE user_id = $1";
constexpr std::string_view kDeleteRemovedEvents = "DELETE FROM sharded_gotify_events_removed WHERE user_id = $1";
constexpr std::string_view kDeleteReadMark = "DELETE FROM sharded_gotify_read_marks WHERE user_id = $1";
constexpr std::string_view kDeleteRetentions =
    "DELETE FROM sharded_gotify_retention WHERE application_id IN (SELECT id FROM applications WHERE user_id = $1)";
constexpr std::string_view kDeleteRetentionFloor = "DELETE FROM sharded_gotify_retention_floor WHERE user_id = $1";
constexpr std::string_view kDeleteUser = "DELETE FROM users WHERE id = $1";

// Names of other programs' users may hold anything; ours never do.
core::Error no_text(std::string_view what) {
  return core::failure(core::ErrorCode::invalid, std::string(what) + " is not UTF-8 without NUL");
}

}  // namespace

void Store::create_user(NewUser user, Done<model::User> done) {
  if (!is_text(user.name)) return done(no_text("the name of the user"));
  change(parts_->writer, {}, How::by_rules, std::move(done),
         [&parts = *parts_, user = std::move(user)](Transaction& transaction) -> Plan<model::User> {
           auto created = new_user(transaction, user, parts.creation_time());
           if (!created) return created;
           const auto id = transaction.next_id("users");
           if (!id) return id.error();
           created->id = core::UserId{static_cast<std::uint64_t>(*id)};
           transaction.write(kInsertUser, created->id, std::string_view(created->name), Blob{created->pass_hash},
                             created->admin, created->created_at);
           log_change(transaction, "user_added", created->id, {}, {});
           return created;
         });
}

void Store::update_user(core::UserId id, UserChange wanted, Done<model::User> done) {
  if (!is_text(wanted.name)) return done(no_text("the name of the user"));
  change(parts_->writer, id, How::by_rules, std::move(done),
         [id, wanted = std::move(wanted)](Transaction& transaction) -> Plan<model::User> {
           auto user = changed(transaction, id, wanted);
           if (!user) return user;
           transaction.write(kUpdateUser, id, std::string_view(user->name), user->admin);
           if (!wanted.pass_hash.empty()) transaction.write(kUpdatePassword, id, Blob{user->pass_hash});
           log_change(transaction, wanted.pass_hash.empty() ? "user_changed" : "password_changed", id, {}, {});
           return user;
         });
}

// Without a password the column is NULL: no login.
void Store::set_password(core::UserId id, std::string pass_hash, Done<void> done) {
  change(parts_->writer, id, How::by_rules, std::move(done),
         [id, pass_hash = std::move(pass_hash)](Transaction& transaction) -> Plan<void> {
           const auto user = transaction.user(id);
           if (!user) return user.error();
           if (!*user) return gone("user");
           transaction.write(kUpdatePassword, id, Blob{pass_hash});
           log_change(transaction, "password_changed", id, {}, {});
           return Result<void>();
         });
}

void Store::delete_user(core::UserId id, Done<std::vector<std::string>> done) {
  Done<std::vector<std::string>> resumed = [&purger = parts_->purger,
                                            done = std::move(done)](Result<std::vector<std::string>> images) mutable {
    if (images) purger.resume();
    done(std::move(images));
  };
  change(parts_->writer, id, How::by_rules, std::move(resumed),
         [id](Transaction& transaction) -> Plan<std::vector<std::string>> {
           auto left = images_left_by(transaction, id);
           if (!left) return left;
           // The user's events stay until they are too old, which spares the writer a long transaction.
           for (const std::string_view sql :
                {kNotePurges, kDeleteRetentions, kDeleteRetentionFloor, kDeleteApplications, kDeleteClients,
                 kDeleteWebPush, kDeletePluginSettings, kDeleteRemovedEvents, kDeleteReadMark, kDeleteUser}) {
             transaction.write(sql, id);
           }
           for (const std::string& picture : *left) forget_picture(transaction, picture);
           log_change(transaction, "user_gone", id, {}, {});
           return left;
         });
}

}  // namespace push::store::postgres
