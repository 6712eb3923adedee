// Changes of applications.
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

constexpr std::string_view kInsertApplication =
    "INSERT INTO applications (id, user_id, token, name, description, internal, image, default_priority, created_at,"
    " sort_key) VALUES ($1, $2, $3, $4, $5, false, '', $6, $7, $8)";
constexpr std::string_view kUpdateApplication =
    "UPDATE applications SET name = $2, description = $3, default_priority = $4, sort_key = $5 WHERE id = $1";
constexpr std::string_view kUpdateToken = "UPDATE applications SET token = $2 WHERE id = $1";
constexpr std::string_view kUpdateImage = "UPDATE applications SET image = $2 WHERE id = $1";
constexpr std::string_view kNotePurge =
    "INSERT INTO sharded_gotify_purges (application_id) VALUES ($1) ON CONFLICT DO NOTHING";
constexpr std::string_view kDeleteRetention = "DELETE FROM sharded_gotify_retention WHERE application_id = $1";
constexpr std::string_view kDeleteApplication = "DELETE FROM applications WHERE id = $1";
// The messages of an application that is being deleted are invisible from now on.
constexpr std::string_view kMessagesGone = PUSH_LOG
    "'delete', $3, newest.id, '' FROM (SELECT max(id) AS id FROM messages WHERE application_id = $3) AS newest"
    " WHERE newest.id IS NOT NULL" PUSH_LOGGED;

core::Error not_storable() {
  return core::failure(core::ErrorCode::invalid, "a text of the application is not UTF-8 without NUL");
}

}  // namespace

void Store::create_application(NewApplication application, Done<model::Application> done) {
  const core::UserId user = application.user;
  if (!is_text(application.name) || !is_text(application.description)) return done(not_storable());
  change(
      parts_->writer, user, How::by_rules, std::move(done),
      [&parts = *parts_, application = std::move(application)](Transaction& transaction) -> Plan<model::Application> {
        auto created = new_application(transaction, application, parts.creation_time());
        if (!created) return created;
        const auto id = transaction.next_id("applications");
        if (!id) return id.error();
        created->id = core::ApplicationId{static_cast<std::uint64_t>(*id)};
        transaction.write(kInsertApplication, created->id, created->user, std::string_view(created->token),
                          std::string_view(created->name), std::string_view(created->description),
                          created->default_priority, created->created_at, Blob{created->sort_key});
        log_change(transaction, "application_added", created->user, {}, created->id);
        return created;
      });
}

void Store::update_application(core::UserId user, core::ApplicationId id, ApplicationChange wanted,
                               Done<model::Application> done) {
  if (!is_text(wanted.name) || !is_text(wanted.description)) return done(not_storable());
  change(parts_->writer, user, How::by_rules, std::move(done),
         [user, id, wanted = std::move(wanted)](Transaction& transaction) -> Plan<model::Application> {
           auto application = changed(transaction, user, id, wanted);
           if (!application) return application;
           transaction.write(kUpdateApplication, id, std::string_view(application->name),
                             std::string_view(application->description), application->default_priority,
                             Blob{application->sort_key});
           log_change(transaction, "application_changed", user, {}, id);
           return application;
         });
}

void Store::set_application_token(core::UserId user, core::ApplicationId id, std::string token,
                                  Done<model::Application> done) {
  change(parts_->writer, user, How::by_rules, std::move(done),
         [user, id, token = std::move(token)](Transaction& transaction) -> Plan<model::Application> {
           auto application = with_token(transaction, user, id, token);
           if (!application) return application;
           transaction.write(kUpdateToken, id, std::string_view(application->token));
           log_change(transaction, "application_changed", user, {}, id);
           return application;
         });
}

void Store::set_application_image(core::UserId user, core::ApplicationId id, std::string image,
                                  Done<ImageChange> done) {
  change(parts_->writer, user, How::by_rules, std::move(done),
         [user, id, image = std::move(image)](Transaction& transaction) -> Plan<ImageChange> {
           auto changed_image = with_image(transaction, user, id, image);
           if (!changed_image) return changed_image;
           transaction.write(kUpdateImage, id, std::string_view(changed_image->application.image));
           forget_picture(transaction, changed_image->former_image);
           log_change(transaction, "application_changed", user, {}, id);
           return changed_image;
         });
}

void Store::delete_application(core::UserId user, core::ApplicationId id, Done<std::string> done) {
  Done<std::string> resumed = [&purger = parts_->purger, done = std::move(done)](Result<std::string> image) mutable {
    if (image) purger.resume();
    done(std::move(image));
  };
  change(parts_->writer, user, How::by_rules, std::move(resumed),
         [&clock = parts_->clock, user, id](Transaction& transaction) -> Plan<std::string> {
           auto left = images_left_by(transaction, user, id);
           if (!left) return left;
           write_and_log(transaction, kMessagesGone, user, clock(), id);
           for (const std::string_view sql : {kNotePurge, kDeleteRetention, kDeleteApplication}) {
             transaction.write(sql, id);
           }
           forget_picture(transaction, *left);
           log_change(transaction, "application_gone", user, {}, id);
           return left;
         });
}

}  // namespace push::store::postgres
