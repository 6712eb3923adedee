#include "store/postgres/store.hpp"

#include <string>
#include <utility>

#include "push/core/check.hpp"
#include "push/core/clock.hpp"
#include "push/store/feed.hpp"
#include "store/literal.hpp"
#include "store/postgres/node_name.hpp"
#include "store/postgres/nodes.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/pooling.hpp"
#include "store/postgres/rows.hpp"
#include "store/rules.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kByName = " WHERE name = $1";
constexpr std::string_view kOrderById = " ORDER BY id";
constexpr std::string_view kOfUserById = " WHERE user_id = $1 ORDER BY id";
constexpr std::string_view kOfUserBySortKey = " WHERE user_id = $1 ORDER BY sort_key, id";
constexpr std::string_view kBytes = "SELECT pg_database_size(current_database())";
constexpr std::string_view kAnyUser = "SELECT 1 FROM users LIMIT 1";

core::Error at(const ConnectionString& where, core::Error error) {
  if (error.text.find(where.description) == std::string::npos) error.text = where.description + ": " + error.text;
  return error;
}

}  // namespace

Store::Store(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Store::~Store() = default;

Result<std::unique_ptr<store::Store>> Store::open(const config::Database& settings, metrics::Registry& metrics,
                                                  core::WallClock clock, const config::Retention& retention,
                                                  const config::Cluster& cluster) {
  const bool alone = cluster.bus == config::BusKind::none;
  PUSH_CHECK(alone || !cluster.node.empty());
  const auto parsed = ConnectionString::parse(settings.connection);
  if (!parsed) return parsed.error();
  const ConnectionString& where = *parsed;
  auto session = std::make_unique<Session>(where, alone ? default_node_name() : cluster.node, cluster.bus);
  if (auto own = check_sessions(where); !own) return at(where, own.error());
  if (auto opened = session->open(Session::kPatience); !opened) return at(where, opened.error());
  const auto database = prepare(*session, where, core::wall_now());
  if (!database) return at(where, database.error());
  auto parts =
      std::make_unique<Parts>(std::move(session), where, *database, settings, metrics, std::move(clock), retention);
  if (auto set = parts->set_clock(); !set) return at(where, set.error());
  return std::unique_ptr<store::Store>(new Store(std::move(parts)));
}

void Store::drain() {
  parts_->purger.drain();
  parts_->writer.drain();
  if (parts_->heartbeat) parts_->heartbeat->stop();
}

store::Feed* Store::feed() {
  return parts_->feed.get();
}

// Before the first change, because the database's clock counts.
Result<void> Store::Parts::set_clock() {
  if (!heartbeat) return {};
  return readers.read([this](Connection& reader) -> Result<void> {
    const auto asked = server_clock.ask();
    const auto rows = reader.query("SELECT clock_timestamp()");
    if (!rows) return rows.error();
    if (const auto time = (*rows)[0].time(0)) server_clock.answered(asked, *time);
    return {};
  });
}

// As it will be read: what a column cannot hold is replaced now, so that every reader sees the same.
Result<void> Store::append(NewMessage message, Appended done) {
  make_text(message.message);
  make_text(message.title);
  message.date = cut_to_microseconds(message.date);
  return parts_->writer.append(std::move(message), std::move(done));
}

void Store::forget_old_keys() {
  if (parts_->does_the_work_of_all()) parts_->keys.forget_some(parts_->writer);
}

Result<std::optional<model::User>> Store::find_user(core::UserId id) {
  return parts_->readers.read(
      [id](Connection& reader) { return one(reader, read_user<Row>, kJoined<kSelectUsers, kById>, id); });
}

Result<std::optional<model::User>> Store::find_user_by_name(std::string_view name) {
  if (!is_text(name)) return std::optional<model::User>();
  return parts_->readers.read(
      [name](Connection& reader) { return one(reader, read_user<Row>, kJoined<kSelectUsers, kByName>, name); });
}

Result<std::optional<model::Application>> Store::find_application(core::ApplicationId id) {
  return parts_->readers.read(
      [id](Connection& reader) { return one(reader, read_application<Row>, kJoined<kSelectApplications, kById>, id); });
}

Result<std::optional<model::Application>> Store::find_application_by_token(std::string_view token) {
  if (!is_text(token)) return std::optional<model::Application>();
  return parts_->readers.read([token](Connection& reader) {
    return one(reader, read_application<Row>, kJoined<kSelectApplications, kByToken>, token);
  });
}

Result<std::optional<model::Client>> Store::find_client(core::ClientId id) {
  auto found = parts_->readers.read(
      [id](Connection& reader) { return one(reader, read_client<Row>, kJoined<kSelectClients, kById>, id); });
  return unless_expired(std::move(found), parts_->clock());
}

Result<std::optional<model::Client>> Store::find_client_by_token(std::string_view token) {
  if (!is_text(token)) return std::optional<model::Client>();
  auto found = parts_->readers.read(
      [token](Connection& reader) { return one(reader, read_client<Row>, kJoined<kSelectClients, kByToken>, token); });
  return unless_expired(std::move(found), parts_->clock());
}

Result<bool> Store::has_users() {
  return parts_->readers.read([](Connection& reader) { return any(reader, kAnyUser); });
}

Result<std::vector<model::User>> Store::list_users() {
  return parts_->readers.read(
      [](Connection& reader) { return all(reader, read_user<Row>, kJoined<kSelectUsers, kOrderById>); });
}

Result<void> Store::list_applications(core::UserId user, Take<model::Application> take) {
  return parts_->readers.read([&](Connection& reader) {
    return reader.each([&](const Row& row) { return take(read_application(row)); },
                       kJoined<kSelectApplications, kOfUserBySortKey>, user);
  });
}

Result<void> Store::list_clients(core::UserId user, Take<model::Client> take) {
  const core::WallTime now = parts_->clock();
  return parts_->readers.read([&](Connection& reader) {
    const auto each = [&](const Row& row) {
      const model::Client client = read_client(row);
      return has_expired(client, now) || take(client);
    };
    return reader.each(each, kJoined<kSelectClients, kOfUserById>, user);
  });
}

Result<std::uint64_t> Store::disk_bytes() {
  return parts_->readers.read([](Connection& reader) -> Result<std::uint64_t> {
    const auto bytes = one(reader, read_integer<Row>, kBytes);
    if (!bytes) return bytes.error();
    return static_cast<std::uint64_t>(bytes->value_or(0));
  });
}

Result<std::vector<NodeRow>> Store::list_nodes() {
  if (!parts_->heartbeat) return std::vector<NodeRow>{};
  return parts_->readers.read([](Connection& reader) { return read_nodes(reader); });
}

store::WebPush& Store::webpush() {
  return parts_->webpush;
}

Result<void> Store::ping() {
  return parts_->watch.state();
}

}  // namespace push::store::postgres
