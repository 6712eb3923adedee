#include "push/store/sqlite_store.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "store/literal.hpp"
#include "store/path.hpp"
#include "store/rows.hpp"
#include "store/schema.hpp"
#include "store/sqlite_parts.hpp"

namespace push::store {
namespace {

using core::Result;

constexpr std::string_view kById = " WHERE id = ?1";
constexpr std::string_view kByName = " WHERE name = ?1";
constexpr std::string_view kByToken = " WHERE token = ?1";
constexpr std::string_view kOrderById = " ORDER BY id";
constexpr std::string_view kOfUserById = " WHERE user_id = ?1 ORDER BY id";
// As a blob: bytewise for whatever type an older writer gave the key.
constexpr std::string_view kOfUserBySortKey = " WHERE user_id = ?1 ORDER BY CAST(sort_key AS BLOB), id";

core::Error at(const std::string& path, core::Error error) {
  error.text = path + ": " + error.text;
  return error;
}

Result<void> create_folder(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  if (folder.empty()) return {};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) {
    return core::failure(core::ErrorCode::unavailable,
                         "cannot create the folder " + folder.string() + ": " + error.message());
  }
  return {};
}

Result<void> use_write_ahead_log(Connection& connection) {
  auto query = connection.query("PRAGMA journal_mode=WAL");
  if (!query) return query.error();
  const auto row = query->step();
  if (!row) return row.error();
  if (!*row || query->text(0) != "wal") {
    return core::failure(core::ErrorCode::unavailable, "the file system cannot hold SQLite's write-ahead log");
  }
  return {};
}

Result<void> set_up(Connection& connection) {
  if (auto set = connection.run("PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY"); !set) {
    return set;
  }
  if (auto prepared = prepare_schema(connection, core::wall_now()); !prepared) return prepared;
  return use_write_ahead_log(connection);
}

template <class T>
Result<std::optional<T>> hide_expired(Result<std::optional<T>> found) {
  if (found && *found && has_expired(**found, core::wall_now())) return std::optional<T>();
  return found;
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const config::Database& database, metrics::Registry& metrics) {
  const auto path = database_path(database.connection);
  if (!path) return path.error();
  if (auto created = create_folder(*path); !created) return created.error();
  const auto connect = [&](Connection::Mode mode) {
    return Connection::open(*path, mode, database.busytimeoutmilliseconds);
  };

  auto writing = connect(Connection::Mode::read_write);
  if (!writing) return at(*path, writing.error());
  if (auto ready = set_up(*writing); !ready) return at(*path, ready.error());
  auto checkpointing = connect(Connection::Mode::read_write);
  if (!checkpointing) return at(*path, checkpointing.error());
  if (auto set = checkpointing->run("PRAGMA synchronous=FULL"); !set) return at(*path, set.error());
  std::vector<Connection> readers;
  for (unsigned i = 0; i < database.readers; ++i) {
    auto reader = connect(Connection::Mode::read_only);
    if (!reader) return at(*path, reader.error());
    readers.push_back(std::move(*reader));
  }
  auto parts =
      std::make_unique<Parts>(std::move(*writing), std::move(readers), std::move(*checkpointing), database, metrics);
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

void SqliteStore::drain() {
  parts_->purger.drain();
  parts_->writer.drain();
}

Result<void> SqliteStore::append(NewMessage message, Appended done) {
  return parts_->writer.append(std::move(message), std::move(done));
}

Result<std::optional<model::User>> SqliteStore::find_user(core::UserId id) {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectUsers, kById>, id);
  if (!query) return query.error();
  return one(*query, read_user);
}

Result<std::optional<model::User>> SqliteStore::find_user_by_name(std::string_view name) {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectUsers, kByName>, name);
  if (!query) return query.error();
  return one(*query, read_user);
}

Result<std::optional<model::Application>> SqliteStore::find_application(core::ApplicationId id) {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectApplications, kById>, id);
  if (!query) return query.error();
  return one(*query, read_application);
}

Result<std::optional<model::Application>> SqliteStore::find_application_by_token(std::string_view token) {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectApplications, kByToken>, token);
  if (!query) return query.error();
  return one(*query, read_application);
}

Result<std::optional<model::Client>> SqliteStore::find_client(core::ClientId id) {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectClients, kById>, id);
  if (!query) return query.error();
  return hide_expired(one(*query, read_client));
}

Result<std::optional<model::Client>> SqliteStore::find_client_by_token(std::string_view token) {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectClients, kByToken>, token);
  if (!query) return query.error();
  return hide_expired(one(*query, read_client));
}

Result<bool> SqliteStore::has_users() {
  const auto reader = parts_->readers.lease();
  auto query = reader->query("SELECT 1 FROM users LIMIT 1");
  if (!query) return query.error();
  return query->step();
}

Result<std::vector<model::User>> SqliteStore::list_users() {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectUsers, kOrderById>);
  if (!query) return query.error();
  return all(*query, read_user);
}

Result<std::vector<model::Application>> SqliteStore::list_applications(core::UserId user) {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectApplications, kOfUserBySortKey>, user);
  if (!query) return query.error();
  return all(*query, read_application);
}

Result<std::vector<model::Client>> SqliteStore::list_clients(core::UserId user) {
  const auto reader = parts_->readers.lease();
  auto query = reader->query(kJoined<kSelectClients, kOfUserById>, user);
  if (!query) return query.error();
  auto clients = all(*query, read_client);
  if (clients)
    std::erase_if(*clients, [now = core::wall_now()](const auto& client) { return has_expired(client, now); });
  return clients;
}

Result<void> SqliteStore::ping() {
  const auto reader = parts_->readers.lease();
  if (auto read = reader->change("SELECT 1 FROM users LIMIT 1"); !read) return read.error();
  return {};
}

}  // namespace push::store
