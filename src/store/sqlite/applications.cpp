// Changes of applications.
#include <string>
#include <utility>

#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/event_log.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kInsertApplication =
    "INSERT INTO applications (user_id, token, name, description, internal, image, default_priority, created_at, "
    "sort_key)"
    " VALUES (?1, ?2, ?3, ?4, 0, '', ?5, ?6, ?7)";
constexpr std::string_view kUpdateApplication =
    "UPDATE applications SET name = ?2, description = ?3, default_priority = ?4 WHERE id = ?1";
constexpr std::string_view kUpdateSortKey = "UPDATE applications SET sort_key = ?2 WHERE id = ?1";
constexpr std::string_view kUpdateToken = "UPDATE applications SET token = ?2 WHERE id = ?1";
constexpr std::string_view kUpdateImage = "UPDATE applications SET image = ?2 WHERE id = ?1";
constexpr std::string_view kNotePurge = "INSERT OR IGNORE INTO sharded_gotify_purges (application_id) VALUES (?1)";
constexpr std::string_view kNewestMessageOf = "SELECT max(id) FROM messages WHERE application_id = ?1";
constexpr std::string_view kDeleteRetention = "DELETE FROM sharded_gotify_retention WHERE application_id = ?1";
constexpr std::string_view kDeleteApplication = "DELETE FROM applications WHERE id = ?1";

// The messages of an application that is being deleted are invisible from now on.
Result<void> log_messages_gone(Transaction& transaction, core::UserId user, core::ApplicationId id,
                               core::WallTime now) {
  const auto newest = one(transaction.database(), read_integer<Query>, kNewestMessageOf, id);
  if (!newest) return newest.error();
  const core::MessageId up_to{static_cast<std::uint64_t>(newest->value_or(0))};
  if (up_to == core::MessageId{}) return {};
  return log_event(transaction, deletion_up_to(user, now, up_to, id));
}

}  // namespace

void Store::create_application(NewApplication application, Done<model::Application> done) {
  const core::UserId user = application.user;
  change(
      parts_->writer, user, std::move(done),
      [application = std::move(application)](Transaction& transaction) mutable -> Result<model::Application> {
        auto created = new_application(transaction, std::move(application), core::wall_now());
        if (!created) return created;
        const auto written =
            insert(transaction.database(), *created, kInsertApplication, created->user, created->token, created->name,
                   created->description, created->default_priority, created->created_at, created->sort_key);
        if (!written) return written.error();
        return created;
      },
      Room::not_the_last);
}

void Store::update_application(core::UserId user, core::ApplicationId id, ApplicationChange wanted,
                               Done<model::Application> done) {
  change(
      parts_->writer, user, std::move(done),
      [user, id, wanted = std::move(wanted)](Transaction& transaction) mutable -> Result<model::Application> {
        Database& database = transaction.database();
        const bool moved = !wanted.sort_key.empty();
        auto application = changed(transaction, user, id, std::move(wanted));
        if (!application) return application;
        const auto updated = execute(database, kUpdateApplication, id, application->name, application->description,
                                     application->default_priority);
        if (!updated) return updated.error();
        if (!moved) return application;
        if (auto written = execute(database, kUpdateSortKey, id, application->sort_key); !written)
          return written.error();
        return application;
      },
      Room::not_the_last);
}

void Store::set_application_token(core::UserId user, core::ApplicationId id, std::string token,
                                  Done<model::Application> done) {
  change(parts_->writer, user, std::move(done),
         [user, id, token = std::move(token)](Transaction& transaction) mutable -> Result<model::Application> {
           auto application = with_token(transaction, user, id, std::move(token));
           if (!application) return application;
           const auto updated = execute(transaction.database(), kUpdateToken, id, application->token);
           if (!updated) return updated.error();
           return application;
         });
}

void Store::set_application_image(core::UserId user, core::ApplicationId id, std::string image,
                                  Done<ImageChange> done) {
  change(parts_->writer, user, std::move(done),
         [user, id, image = std::move(image)](Transaction& transaction) mutable -> Result<ImageChange> {
           auto changed_image = with_image(transaction, user, id, std::move(image));
           if (!changed_image) return changed_image;
           const auto updated = execute(transaction.database(), kUpdateImage, id, changed_image->application.image);
           if (!updated) return updated.error();
           return changed_image;
         });
}

void Store::delete_application(core::UserId user, core::ApplicationId id, Done<std::string> done) {
  Done<std::string> resumed = [&purger = parts_->purger, done = std::move(done)](Result<std::string> image) mutable {
    if (image) purger.resume();
    done(std::move(image));
  };
  change(parts_->writer, user, std::move(resumed),
         [&clock = parts_->clock, user, id](Transaction& transaction) -> Result<std::string> {
           auto left = images_left_by(transaction, user, id);
           if (!left) return left;
           if (auto logged = log_messages_gone(transaction, user, id, clock()); !logged) return logged.error();
           for (const std::string_view sql : {kNotePurge, kDeleteRetention, kDeleteApplication}) {
             if (auto written = execute(transaction.database(), sql, id); !written) return written.error();
           }
           return left;
         });
}

}  // namespace push::store::sqlite
