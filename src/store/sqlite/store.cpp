#include "store/sqlite/store.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "store/rules.hpp"
#include "store/sqlite/literal.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/path.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/schema.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kByName = " WHERE name = ?1";
constexpr std::string_view kOrderById = " ORDER BY id";
constexpr std::string_view kOfUserById = " WHERE user_id = ?1 ORDER BY id";
// As a blob: bytewise order, whatever type an older program stored the key as.
constexpr std::string_view kOfUserBySortKey = " WHERE user_id = ?1 ORDER BY CAST(sort_key AS BLOB), id";
constexpr std::string_view kAnyUser = "SELECT 1 FROM users LIMIT 1";

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
                         "cannot create folder " + folder.string() + ": " + error.message());
  }
  return {};
}

Result<void> use_write_ahead_log(Database& database) {
  const auto mode = one(database, read_text, "PRAGMA journal_mode=WAL");
  if (!mode) return mode.error();
  if (*mode == "wal") return {};
  return core::failure(core::ErrorCode::unavailable, "the file system does not support SQLite's write-ahead log");
}

Result<void> set_up(Database& database) {
  if (auto set = database.run("PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY"); !set) {
    return set;
  }
  if (auto prepared = prepare_schema(database, core::wall_now()); !prepared) return prepared;
  return use_write_ahead_log(database);
}

Result<std::optional<model::Client>> hide_expired(Result<std::optional<model::Client>> found, core::WallTime now) {
  if (!found) return found;
  return unless_expired(*std::move(found), now);
}

}  // namespace

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() = default;

Result<std::unique_ptr<store::Store>> Store::open(const config::Database& settings, metrics::Registry& metrics,
                                                  core::WallClock clock) {
  const auto path = database_path(settings.connection);
  if (!path) return path.error();
  if (auto created = create_folder(*path); !created) return created.error();
  const auto connect = [&](Database::Mode mode) {
    return Database::open(*path, mode, settings.busytimeoutmilliseconds);
  };

  auto writing = connect(Database::Mode::read_write);
  if (!writing) return at(*path, writing.error());
  if (auto ready = set_up(*writing); !ready) return at(*path, ready.error());
  auto checkpointing = connect(Database::Mode::read_write);
  if (!checkpointing) return at(*path, checkpointing.error());
  if (auto set = checkpointing->run("PRAGMA synchronous=FULL"); !set) return at(*path, set.error());
  std::vector<Database> readers;
  for (unsigned i = 0; i < settings.readers; ++i) {
    auto reader = connect(Database::Mode::read_only);
    if (!reader) return at(*path, reader.error());
    readers.push_back(std::move(*reader));
  }
  auto parts = std::make_unique<Parts>(std::move(*writing), std::move(readers), std::move(*checkpointing), settings,
                                       metrics, std::move(clock));
  return std::unique_ptr<store::Store>(new Store(std::move(parts)));
}

void Store::drain() {
  parts_->purger.drain();
  parts_->writer.drain();
}

Result<void> Store::append(NewMessage message, Appended done) {
  return parts_->writer.append(std::move(message), std::move(done));
}

Result<std::optional<model::User>> Store::find_user(core::UserId id) {
  const auto reader = parts_->readers.lease();
  return one(*reader, read_user, kJoined<kSelectUsers, kById>, id);
}

Result<std::optional<model::User>> Store::find_user_by_name(std::string_view name) {
  const auto reader = parts_->readers.lease();
  return one(*reader, read_user, kJoined<kSelectUsers, kByName>, name);
}

Result<std::optional<model::Application>> Store::find_application(core::ApplicationId id) {
  const auto reader = parts_->readers.lease();
  return one(*reader, read_application, kJoined<kSelectApplications, kById>, id);
}

Result<std::optional<model::Application>> Store::find_application_by_token(std::string_view token) {
  const auto reader = parts_->readers.lease();
  return one(*reader, read_application, kJoined<kSelectApplications, kByToken>, token);
}

Result<std::optional<model::Client>> Store::find_client(core::ClientId id) {
  const auto reader = parts_->readers.lease();
  return hide_expired(one(*reader, read_client, kJoined<kSelectClients, kById>, id), parts_->clock());
}

Result<std::optional<model::Client>> Store::find_client_by_token(std::string_view token) {
  const auto reader = parts_->readers.lease();
  return hide_expired(one(*reader, read_client, kJoined<kSelectClients, kByToken>, token), parts_->clock());
}

Result<bool> Store::has_users() {
  const auto reader = parts_->readers.lease();
  return any(*reader, kAnyUser);
}

Result<std::vector<model::User>> Store::list_users() {
  const auto reader = parts_->readers.lease();
  return all(*reader, read_user, kJoined<kSelectUsers, kOrderById>);
}

Result<std::vector<model::Application>> Store::list_applications(core::UserId user) {
  const auto reader = parts_->readers.lease();
  return all(*reader, read_application, kJoined<kSelectApplications, kOfUserBySortKey>, user);
}

Result<std::vector<model::Client>> Store::list_clients(core::UserId user) {
  const auto reader = parts_->readers.lease();
  auto clients = all(*reader, read_client, kJoined<kSelectClients, kOfUserById>, user);
  if (clients)
    std::erase_if(*clients, [now = parts_->clock()](const auto& client) { return has_expired(client, now); });
  return clients;
}

Result<void> Store::ping() {
  const auto reader = parts_->readers.lease();
  if (auto read = any(*reader, kAnyUser); !read) return read.error();
  return {};
}

}  // namespace push::store::sqlite
