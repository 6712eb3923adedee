// Changes other than messages: each an Operation on the writer thread, for which the caller waits.
#include <limits>
#include <string>
#include <utility>

#include "push/store/sort_key.hpp"
#include "push/store/sqlite_store.hpp"
#include "store/sqlite_parts.hpp"

namespace push::store {
namespace {

using core::Result;

constexpr std::int64_t kSlice = 1000;  // messages deleted in one transaction

constexpr std::string_view kInsertUser = "INSERT INTO users (name, pass, admin, created_at) VALUES (?1, ?2, ?3, ?4)";
constexpr std::string_view kInsertApplication =
    "INSERT INTO applications (user_id, token, name, description, internal, image, default_priority, created_at, "
    "sort_key)"
    " SELECT ?1, ?2, ?3, ?4, 0, '', ?5, ?6, ?7 WHERE EXISTS (SELECT 1 FROM users WHERE id = ?1)";
constexpr std::string_view kInsertClient =
    "INSERT INTO clients (user_id, token, name, created_at, expires_after_inactivity_seconds, expires_at)"
    " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM users WHERE id = ?1)";
constexpr std::string_view kGreatestSortKey =
    "SELECT sort_key FROM applications WHERE user_id = ?1 ORDER BY CAST(sort_key AS BLOB) DESC LIMIT 1";
constexpr std::string_view kDeleteMessage =
    "DELETE FROM messages WHERE id = ?2"
    " AND EXISTS (SELECT 1 FROM applications AS a WHERE a.id = messages.application_id AND a.user_id = ?1)";
constexpr std::string_view kGreatestMessage = "SELECT max(id) FROM messages";
constexpr std::string_view kDeleteOfUser =
    "DELETE FROM messages WHERE id IN (SELECT m.id FROM applications AS a CROSS JOIN messages AS m"
    " ON m.application_id = a.id WHERE a.user_id = ?1 AND m.id <= ?2 LIMIT ?3)";
constexpr std::string_view kDeleteOfApplication =
    "DELETE FROM messages WHERE id IN"
    " (SELECT id FROM messages WHERE application_id = ?1 AND id <= ?2 ORDER BY id LIMIT ?3)";

core::Error user_gone() {
  return core::failure(core::ErrorCode::not_found, "user does not exist");
}

// `text` in place of SQLite's words if a UNIQUE index refused the row.
core::Error renamed(core::Error error, std::string text) {
  if (error.code == core::ErrorCode::invalid) error.text = std::move(text);
  return error;
}

// `created` + `seconds`; nullopt for never, which is also what lies past the last time there is (the year 2262).
std::optional<core::WallTime> expiry(core::WallTime created, std::uint64_t seconds) {
  const auto left = std::chrono::floor<std::chrono::seconds>(core::WallTime::max() - created).count();
  if (seconds == 0 || seconds > static_cast<std::uint64_t>(left)) return std::nullopt;
  return created + std::chrono::seconds(seconds);
}

Result<std::string> key_after_greatest(Connection& connection, core::UserId user) {
  auto query = connection.query(kGreatestSortKey, user);
  if (!query) return query.error();
  const auto row = query->step();
  if (!row) return row.error();
  return next_sort_key(*row ? query->text(0) : std::string_view());
}

Result<std::int64_t> greatest_message(Connection& connection) {
  auto query = connection.query(kGreatestMessage);
  if (!query) return query.error();
  const auto row = query->step();
  if (!row) return row.error();
  return *row ? query->integer(0) : 0;
}

// Slice after slice, each a change of its own, until no message of `owner` is left that was there at the first one.
template <class Id>
Result<void> delete_in_slices(Writer& writer, Connection& connection, std::string_view sql, Id owner) {
  std::optional<std::int64_t> bound;
  std::int64_t deleted = 0;
  do {
    const auto slice = [&]() -> Result<void> {
      if (!bound) {
        const auto greatest = greatest_message(connection);
        if (!greatest) return greatest.error();
        bound = *greatest;
      }
      const auto done = connection.change(sql, owner, *bound, kSlice);
      if (!done) return done.error();
      deleted = *done;
      return {};
    };
    if (auto done = writer.change(slice); !done) return done;
  } while (deleted == kSlice);
  return {};
}

}  // namespace

Result<model::User> SqliteStore::create_user(NewUser user) {
  model::User created{{}, std::move(user.name), std::move(user.pass_hash), user.admin, core::wall_now()};
  Connection& connection = parts_->connection;
  auto outcome = parts_->writer.change([&]() -> Result<void> {
    auto query =
        connection.query(kInsertUser, created.name, Blob{created.pass_hash}, created.admin, created.created_at);
    if (!query) return query.error();
    if (created.pass_hash.empty()) query->bind(2, nullptr);
    if (auto done = query->step(); !done) return renamed(done.error(), "username already exists");
    created.id = core::UserId{static_cast<std::uint64_t>(connection.last_id())};
    return {};
  });
  if (!outcome) return outcome.error();
  return created;
}

Result<model::Application> SqliteStore::create_application(NewApplication application) {
  model::Application created;
  created.user = application.user;
  created.token = std::move(application.token);
  created.name = std::move(application.name);
  created.description = std::move(application.description);
  created.default_priority = application.default_priority;
  created.created_at = core::wall_now();
  created.sort_key = std::move(application.sort_key);
  Connection& connection = parts_->connection;
  auto outcome = parts_->writer.change([&]() -> Result<void> {
    if (created.sort_key.empty()) {
      auto key = key_after_greatest(connection, created.user);
      if (!key) return key.error();
      created.sort_key = std::move(*key);
    }
    const auto done =
        connection.change(kInsertApplication, created.user, created.token, created.name, created.description,
                          created.default_priority, created.created_at, created.sort_key);
    if (!done) {
      const bool sort_key = done.error().text.find("applications.sort_key") != std::string::npos;
      return renamed(done.error(), sort_key ? "sort key is not unique" : "application token is not unique");
    }
    if (*done == 0) return user_gone();
    created.id = core::ApplicationId{static_cast<std::uint64_t>(connection.last_id())};
    return {};
  });
  if (!outcome) return outcome.error();
  return created;
}

Result<model::Client> SqliteStore::create_client(NewClient client) {
  if (client.expires_after_inactivity_seconds > std::numeric_limits<std::int64_t>::max()) {
    return core::failure(core::ErrorCode::invalid, "expiresAfterInactivitySeconds is out of range");
  }
  model::Client created;
  created.user = client.user;
  created.token = std::move(client.token);
  created.name = std::move(client.name);
  created.created_at = core::wall_now();
  created.expires_after_inactivity_seconds = client.expires_after_inactivity_seconds;
  created.expires_at = expiry(created.created_at, created.expires_after_inactivity_seconds);
  Connection& connection = parts_->connection;
  auto outcome = parts_->writer.change([&]() -> Result<void> {
    const auto seconds = static_cast<std::int64_t>(created.expires_after_inactivity_seconds);
    const auto done = connection.change(kInsertClient, created.user, created.token, created.name, created.created_at,
                                        seconds, created.expires_at);
    if (!done) return renamed(done.error(), "client token is not unique");
    if (*done == 0) return user_gone();
    created.id = core::ClientId{static_cast<std::uint64_t>(connection.last_id())};
    return {};
  });
  if (!outcome) return outcome.error();
  return created;
}

Result<void> SqliteStore::delete_message(core::UserId user, core::MessageId id) {
  return parts_->writer.change([&]() -> Result<void> {
    const auto done = parts_->connection.change(kDeleteMessage, user, id);
    if (!done) return done.error();
    if (*done == 0) return core::failure(core::ErrorCode::not_found, "message does not exist");
    return {};
  });
}

Result<void> SqliteStore::delete_messages(core::UserId user, Purged done) {
  done(delete_in_slices(parts_->writer, parts_->connection, kDeleteOfUser, user));
  return {};
}

Result<void> SqliteStore::delete_messages(core::ApplicationId application, Purged done) {
  done(delete_in_slices(parts_->writer, parts_->connection, kDeleteOfApplication, application));
  return {};
}

}  // namespace push::store
