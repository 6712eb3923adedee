// Deleting messages.
#include <optional>

#include "push/store/sqlite_store.hpp"
#include "store/changes.hpp"
#include "store/sqlite_parts.hpp"

namespace push::store {
namespace {

using core::Result;

constexpr std::int64_t kSlice = 1000;  // messages deleted in one transaction

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
