// Changes of applications.
#include <string>
#include <utility>

#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/parts.hpp"

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
constexpr std::string_view kDeleteApplication = "DELETE FROM applications WHERE id = ?1";

}  // namespace

Result<model::Application> Store::create_application(NewApplication application) {
  return change(parts_->writer, [&](Transaction& transaction) -> Result<model::Application> {
    auto created = new_application(transaction, std::move(application), core::wall_now());
    if (!created) return created;
    const auto done =
        insert(transaction.database(), *created, kInsertApplication, created->user, created->token, created->name,
               created->description, created->default_priority, created->created_at, created->sort_key);
    if (!done) return done.error();
    return created;
  });
}

Result<model::Application> Store::update_application(core::UserId user, core::ApplicationId id,
                                                     ApplicationChange wanted) {
  return change(parts_->writer, [&](Transaction& transaction) -> Result<model::Application> {
    Database& database = transaction.database();
    const bool moved = !wanted.sort_key.empty();
    auto application = changed(transaction, user, id, std::move(wanted));
    if (!application) return application;
    const auto updated = execute(database, kUpdateApplication, id, application->name, application->description,
                                 application->default_priority);
    if (!updated) return updated.error();
    if (!moved) return application;
    if (auto done = execute(database, kUpdateSortKey, id, application->sort_key); !done) return done.error();
    return application;
  });
}

Result<model::Application> Store::set_application_token(core::UserId user, core::ApplicationId id, std::string token) {
  return change(parts_->writer, [&](Transaction& transaction) -> Result<model::Application> {
    auto application = with_token(transaction, user, id, std::move(token));
    if (!application) return application;
    const auto updated = execute(transaction.database(), kUpdateToken, id, application->token);
    if (!updated) return updated.error();
    return application;
  });
}

Result<ImageChange> Store::set_application_image(core::UserId user, core::ApplicationId id, std::string image) {
  return change(parts_->writer, [&](Transaction& transaction) -> Result<ImageChange> {
    auto changed_image = with_image(transaction, user, id, std::move(image));
    if (!changed_image) return changed_image;
    const auto updated = execute(transaction.database(), kUpdateImage, id, changed_image->application.image);
    if (!updated) return updated.error();
    return changed_image;
  });
}

Result<std::string> Store::delete_application(core::UserId user, core::ApplicationId id) {
  auto image = change(parts_->writer, [&](Transaction& transaction) -> Result<std::string> {
    auto left = images_left_by(transaction, user, id);
    if (!left) return left;
    if (auto noted = execute(transaction.database(), kNotePurge, id); !noted) return noted.error();
    if (auto deleted = execute(transaction.database(), kDeleteApplication, id); !deleted) return deleted.error();
    return left;
  });
  if (image) parts_->purger.resume();
  return image;
}

}  // namespace push::store::sqlite
