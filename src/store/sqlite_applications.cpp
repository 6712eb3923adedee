// Changes of applications.
#include <string>
#include <utility>

#include "push/store/sqlite_store.hpp"
#include "store/changes.hpp"
#include "store/literal.hpp"
#include "store/rows.hpp"
#include "store/sort_key.hpp"
#include "store/sqlite_parts.hpp"

namespace push::store {
namespace {

using core::Result;

constexpr std::string_view kInsert =
    "INSERT INTO applications (user_id, token, name, description, internal, image, default_priority, created_at, "
    "sort_key)"
    " VALUES (?1, ?2, ?3, ?4, 0, '', ?5, ?6, ?7)";
constexpr std::string_view kUserExists = "SELECT EXISTS(SELECT 1 FROM users WHERE id = ?1)";
constexpr std::string_view kTokenTaken = "SELECT EXISTS(SELECT 1 FROM applications WHERE token = ?1 AND id <> ?2)";
constexpr std::string_view kSortKeyTaken =
    "SELECT EXISTS(SELECT 1 FROM applications WHERE user_id = ?1 AND sort_key = ?2 AND id <> ?3)";
constexpr std::string_view kGreatestSortKey =
    "SELECT sort_key FROM applications WHERE user_id = ?1 ORDER BY CAST(sort_key AS BLOB) DESC LIMIT 1";
constexpr std::string_view kOwned = " WHERE id = ?1 AND user_id = ?2";
constexpr std::string_view kUpdate =
    "UPDATE applications SET name = ?2, description = ?3, default_priority = ?4 WHERE id = ?1";
constexpr std::string_view kUpdateSortKey = "UPDATE applications SET sort_key = ?2 WHERE id = ?1";
constexpr std::string_view kUpdateToken = "UPDATE applications SET token = ?2 WHERE id = ?1";
constexpr std::string_view kUpdateImage = "UPDATE applications SET image = ?2 WHERE id = ?1";
constexpr std::string_view kUsesImage = "SELECT EXISTS(SELECT 1 FROM applications WHERE image = ?1)";
constexpr std::string_view kNotePurge = "INSERT OR IGNORE INTO sharded_gotify_purges (application_id) VALUES (?1)";
constexpr std::string_view kDelete = "DELETE FROM applications WHERE id = ?1";

Result<std::string> key_after_greatest(Connection& connection, core::UserId user) {
  auto query = connection.query(kGreatestSortKey, user);
  if (!query) return query.error();
  const auto row = query->step();
  if (!row) return row.error();
  return next_sort_key(*row ? query->text(0) : std::string_view());
}

Result<model::Application> owned(Connection& connection, core::UserId user, core::ApplicationId id) {
  auto query = connection.query(kJoined<kSelectApplications, kOwned>, id, user);
  if (!query) return query.error();
  auto found = one(*query, read_application);
  if (!found) return found.error();
  if (!*found) return gone("application");
  return std::move(**found);
}

// `image`, or "" if an application still refers to it.
Result<std::string> unless_used(Connection& connection, std::string image) {
  if (image.empty()) return image;
  auto query = connection.query(kUsesImage, image);
  if (!query) return query.error();
  const auto row = query->step();
  if (!row) return row.error();
  return query->boolean(0) ? std::string() : std::move(image);
}

// Of an application that is not yet stored, `own` is 0.
Result<void> check_token(Connection& connection, const std::string& token, core::ApplicationId own) {
  const auto taken = exists(connection, kTokenTaken, token, own);
  if (!taken) return taken.error();
  if (*taken) return token_taken("application");
  return {};
}

Result<void> check_sort_key(Connection& connection, core::UserId user, const std::string& key,
                            core::ApplicationId own) {
  const auto taken = exists(connection, kSortKeyTaken, user, key, own);
  if (!taken) return taken.error();
  if (*taken) return sort_key_taken();
  return {};
}

Result<void> insert(Connection& connection, model::Application& created) {
  const auto owner = exists(connection, kUserExists, created.user);
  if (!owner) return owner.error();
  if (!*owner) return gone("user");
  if (auto free = check_token(connection, created.token, created.id); !free) return free;
  if (created.sort_key.empty()) {
    auto key = key_after_greatest(connection, created.user);
    if (!key) return key.error();
    created.sort_key = std::move(*key);
  }
  if (auto free = check_sort_key(connection, created.user, created.sort_key, created.id); !free) return free;
  const auto done = execute(connection, kInsert, created.user, created.token, created.name, created.description,
                            created.default_priority, created.created_at, created.sort_key);
  if (!done) return done;
  created.id = core::ApplicationId{static_cast<std::uint64_t>(connection.last_id())};
  return {};
}

}  // namespace

Result<model::Application> SqliteStore::create_application(NewApplication application) {
  model::Application created;
  created.user = application.user;
  created.token = std::move(application.token);
  created.name = std::move(application.name);
  created.description = std::move(application.description);
  created.default_priority = application.default_priority;
  created.created_at = core::wall_now();
  created.sort_key = std::move(application.sort_key);
  if (auto done = parts_->writer.change([&] { return insert(parts_->connection, created); }); !done) {
    return done.error();
  }
  return created;
}

Result<model::Application> SqliteStore::update_application(core::UserId user, core::ApplicationId id,
                                                           ApplicationChange change) {
  Connection& connection = parts_->connection;
  return changed<model::Application>(parts_->writer, [&]() -> Result<model::Application> {
    auto application = owned(connection, user, id);
    if (!application) return application;
    const auto updated = execute(connection, kUpdate, id, change.name, change.description, change.default_priority);
    if (!updated) return updated.error();
    application->name = change.name;
    application->description = change.description;
    application->default_priority = change.default_priority;
    if (change.sort_key.empty()) return application;
    if (auto free = check_sort_key(connection, user, change.sort_key, id); !free) return free.error();
    if (auto moved = execute(connection, kUpdateSortKey, id, change.sort_key); !moved) return moved.error();
    application->sort_key = change.sort_key;
    return application;
  });
}

Result<model::Application> SqliteStore::set_application_token(core::UserId user, core::ApplicationId id,
                                                              std::string token) {
  Connection& connection = parts_->connection;
  return changed<model::Application>(parts_->writer, [&]() -> Result<model::Application> {
    auto application = owned(connection, user, id);
    if (!application) return application;
    if (auto free = check_token(connection, token, id); !free) return free.error();
    if (auto updated = execute(connection, kUpdateToken, id, token); !updated) return updated.error();
    application->token = token;
    return application;
  });
}

Result<ImageChange> SqliteStore::set_application_image(core::UserId user, core::ApplicationId id, std::string image) {
  Connection& connection = parts_->connection;
  return changed<ImageChange>(parts_->writer, [&]() -> Result<ImageChange> {
    auto application = owned(connection, user, id);
    if (!application) return application.error();
    const auto updated = execute(connection, kUpdateImage, id, image);
    if (!updated) return updated.error();
    auto former = unless_used(connection, std::exchange(application->image, image));
    if (!former) return former.error();
    return ImageChange{std::move(*application), std::move(*former)};
  });
}

Result<std::string> SqliteStore::delete_application(core::UserId user, core::ApplicationId id) {
  Connection& connection = parts_->connection;
  auto image = changed<std::string>(parts_->writer, [&]() -> Result<std::string> {
    auto application = owned(connection, user, id);
    if (!application) return application.error();
    if (application->internal) return internal_application();
    if (auto noted = execute(connection, kNotePurge, id); !noted) return noted.error();
    if (auto deleted = execute(connection, kDelete, id); !deleted) return deleted.error();
    return unless_used(connection, std::move(application->image));
  });
  if (image) parts_->purger.resume();
  return image;
}

}  // namespace push::store
