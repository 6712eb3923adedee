#include "store/sqlite/store.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <utility>

#include "push/store/feed.hpp"
#include "store/literal.hpp"
#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/open.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/path.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/snapshot.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kByName = " WHERE name = ?1";
constexpr std::string_view kOrderById = " ORDER BY id";
constexpr std::string_view kOfUserById = " WHERE user_id = ?1 ORDER BY id";
constexpr std::string_view kSortKeysOfUser = "SELECT sort_key, id FROM applications WHERE user_id = ?1";
constexpr std::string_view kBytes = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
constexpr std::string_view kAnyUser = "SELECT 1 FROM users LIMIT 1";

core::Error at(const std::string& path, core::Error error) {
  error.text = path + ": " + error.text;
  return error;
}

}  // namespace

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() = default;

Store::Parts::Ending::~Ending() {
  const bool usable = watch.examine(database);  // the file may have been overwritten a moment ago
  if (watch.replaced()) {
    // Its log was set aside; it must not be moved into the file that is there now.
    sqlite3_db_config(database.handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  } else if (usable && watch.placed()) {
    leave_write_ahead_log(database);
  }
}

Result<std::unique_ptr<store::Store>> Store::open(const config::Database& settings, metrics::Registry& metrics,
                                                  core::WallClock clock, const config::Retention& retention) {
  const auto path = database_path(settings.connection);
  if (!path) return path.error();
  auto opened = open_database(*path, settings);
  if (!opened) return at(*path, opened.error());
  auto parts = std::make_unique<Parts>(*std::move(opened), settings, metrics, std::move(clock), retention);
  return std::unique_ptr<store::Store>(new Store(std::move(parts)));
}

void Store::drain() {
  parts_->purger.drain();
  parts_->writer.drain();
}

Result<void> Store::append(NewMessage message, Appended done) {
  return parts_->writer.append(std::move(message), std::move(done));
}

void Store::forget_old_keys() {
  if (!parts_->keys.is_due()) return;
  post(parts_->writer, [&keys = parts_->keys](Transaction&) { return keys.forget_some(); });
}

Result<std::optional<model::User>> Store::find_user(core::UserId id) {
  const auto reader = parts_->readers.lease();
  return one(*reader, read_user<Query>, kJoined<kSelectUsers, kById>, id);
}

Result<std::optional<model::User>> Store::find_user_by_name(std::string_view name) {
  const auto reader = parts_->readers.lease();
  return one(*reader, read_user<Query>, kJoined<kSelectUsers, kByName>, name);
}

Result<std::optional<model::Application>> Store::find_application(core::ApplicationId id) {
  const auto reader = parts_->readers.lease();
  return one(*reader, read_application<Query>, kJoined<kSelectApplications, kById>, id);
}

Result<std::optional<model::Application>> Store::find_application_by_token(std::string_view token) {
  const auto reader = parts_->readers.lease();
  return one(*reader, read_application<Query>, kJoined<kSelectApplications, kByToken>, token);
}

Result<std::optional<model::Client>> Store::find_client(core::ClientId id) {
  const auto reader = parts_->readers.lease();
  return unless_expired(one(*reader, read_client<Query>, kJoined<kSelectClients, kById>, id), parts_->clock());
}

Result<std::optional<model::Client>> Store::find_client_by_token(std::string_view token) {
  const auto reader = parts_->readers.lease();
  return unless_expired(one(*reader, read_client<Query>, kJoined<kSelectClients, kByToken>, token), parts_->clock());
}

Result<bool> Store::has_users() {
  const auto reader = parts_->readers.lease();
  return any(*reader, kAnyUser);
}

Result<std::vector<model::User>> Store::list_users() {
  const auto reader = parts_->readers.lease();
  return all(*reader, read_user<Query>, kJoined<kSelectUsers, kOrderById>);
}

// Sorted by their keys alone, which an index holds: SQLite would sort whole rows, in memory or in temporary files.
Result<void> Store::list_applications(core::UserId user, Take<model::Application> take) {
  const auto reader = parts_->readers.lease();
  const Snapshot snapshot(*reader);
  if (!snapshot.begun()) return snapshot.begun().error();
  auto keys = all(
      *reader, [](const Query& row) { return std::pair(read_text(row), row.integer(1)); }, kSortKeysOfUser, user);
  if (!keys) return keys.error();
  std::sort(keys->begin(), keys->end());
  for (const auto& [key, id] : *keys) {
    const auto application = one(*reader, read_application<Query>, kJoined<kSelectApplications, kById>, id);
    if (!application) return application.error();
    if (*application && !take(**application)) return {};
  }
  return {};
}

Result<void> Store::list_clients(core::UserId user, Take<model::Client> take) {
  const auto reader = parts_->readers.lease();
  const core::WallTime now = parts_->clock();
  auto query = reader->query(kJoined<kSelectClients, kOfUserById>, user);
  if (!query) return query.error();
  for (;;) {
    const auto row = query->step();
    if (!row) return row.error();
    if (!*row) return {};
    const model::Client client = read_client(*query);
    if (!has_expired(client, now) && !take(client)) return {};
  }
}

Result<std::uint64_t> Store::disk_bytes() {
  const auto reader = parts_->readers.lease();
  const auto bytes = one(*reader, read_integer<Query>, kBytes);
  if (!bytes) return bytes.error();
  return static_cast<std::uint64_t>(bytes->value_or(0));
}

Result<std::vector<NodeRow>> Store::list_nodes() {
  return std::vector<NodeRow>{};
}

store::WebPush& Store::webpush() {
  return parts_->webpush;
}

Result<void> Store::ping() {
  return parts_->watch.state();
}

}  // namespace push::store::sqlite
