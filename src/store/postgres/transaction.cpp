#include "store/postgres/transaction.hpp"

#include "push/core/check.hpp"
#include "store/literal.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kNewestChange =
    "SELECT coalesce(max(id), 0) FROM sharded_gotify_events WHERE number IS NULL";
constexpr std::string_view kHasUserName = "SELECT 1 FROM users WHERE name = $1 AND id <> $2";
constexpr std::string_view kHasAdmin = "SELECT 1 FROM users WHERE admin AND id <> $1 LIMIT 1";
constexpr std::string_view kHasApplicationToken = "SELECT 1 FROM applications WHERE token = $1 AND id <> $2";
constexpr std::string_view kHasClientToken = "SELECT 1 FROM clients WHERE token = $1";
constexpr std::string_view kHasSortKey = "SELECT 1 FROM applications WHERE user_id = $1 AND sort_key = $2 AND id <> $3";
constexpr std::string_view kGreatestSortKey =
    "SELECT sort_key FROM applications WHERE user_id = $1 AND sort_key IS NOT NULL ORDER BY sort_key DESC LIMIT 1";
constexpr std::string_view kCountApplications = "SELECT count(*) FROM applications WHERE user_id = $1";
constexpr std::string_view kCountClients = "SELECT count(*) FROM clients WHERE user_id = $1";
constexpr std::string_view kHasImage = "SELECT 1 FROM applications WHERE image = $1 AND id <> $2 LIMIT 1";
constexpr std::string_view kImagesOfNoOther =
    "SELECT image FROM (SELECT DISTINCT image FROM applications WHERE user_id = $1 AND image <> '') AS own"
    " WHERE NOT EXISTS (SELECT 1 FROM applications WHERE image = own.image AND user_id <> $1)";
constexpr std::string_view kNextUser = "SELECT nextval(pg_get_serial_sequence('users', 'id'))";
constexpr std::string_view kNextApplication = "SELECT nextval(pg_get_serial_sequence('applications', 'id'))";
constexpr std::string_view kNextClient = "SELECT nextval(pg_get_serial_sequence('clients', 'id'))";

}  // namespace

void Transaction::begin(Connection& connection) {
  connection_ = &connection;
  guard_.reset();
  events_.clear();
}

void Transaction::clear() {
  script_.clear();
  events_.clear();
  first_events_.reset();
  guard_.reset();
  logs_ = false;
}

Result<std::int64_t> Transaction::next_id(std::string_view table) {
  const std::string_view sql = table == "users" ? kNextUser : table == "clients" ? kNextClient : kNextApplication;
  const auto id = one(*connection_, read_integer<Row>, sql);
  if (!id) return id.error();
  return id->value_or(0);
}

// Before the first answer that a rule rests on, what it may rest on is noted.
Result<void> Transaction::watch() {
  PUSH_CHECK(connection_ != nullptr);
  if (guard_) return {};
  const auto newest = one(*connection_, read_integer<Row>, kNewestChange);
  if (!newest) return newest.error();
  guard_ = newest->value_or(0);
  return {};
}

template <class Ask>
auto Transaction::guarded(Ask ask) -> decltype(ask()) {
  if (auto watched = watch(); !watched) return watched.error();
  return ask();
}

Result<std::optional<model::User>> Transaction::user(core::UserId id) {
  return guarded([&] { return one(*connection_, read_user<Row>, kJoined<kSelectUsers, kById>, id); });
}

Result<std::optional<model::Application>> Transaction::application(core::ApplicationId id) {
  return guarded([&] { return one(*connection_, read_application<Row>, kJoined<kSelectApplications, kById>, id); });
}

Result<std::optional<model::Client>> Transaction::client(core::ClientId id) {
  return guarded([&] { return one(*connection_, read_client<Row>, kJoined<kSelectClients, kById>, id); });
}

Result<bool> Transaction::has_user_name(std::string_view name, core::UserId but) {
  return guarded([&] { return any(*connection_, kHasUserName, name, but); });
}

Result<bool> Transaction::has_admin(core::UserId but) {
  return guarded([&] { return any(*connection_, kHasAdmin, but); });
}

Result<bool> Transaction::has_application_token(std::string_view token, core::ApplicationId but) {
  return guarded([&] { return any(*connection_, kHasApplicationToken, token, but); });
}

Result<bool> Transaction::has_client_token(std::string_view token) {
  return guarded([&] { return any(*connection_, kHasClientToken, token); });
}

Result<bool> Transaction::has_sort_key(core::UserId user, std::string_view key, core::ApplicationId but) {
  return guarded([&] { return any(*connection_, kHasSortKey, user, Blob{key}, but); });
}

Result<std::string> Transaction::greatest_sort_key(core::UserId user) {
  return guarded([&]() -> Result<std::string> {
    const auto found = one(*connection_, read_text<Row>, kGreatestSortKey, user);
    if (!found) return found.error();
    return found->value_or("");
  });
}

Result<std::size_t> Transaction::count(std::string_view sql, core::UserId user) {
  return guarded([&]() -> Result<std::size_t> {
    const auto counted = one(*connection_, read_integer<Row>, sql, user);
    if (!counted) return counted.error();
    return static_cast<std::size_t>(counted->value_or(0));
  });
}

Result<std::size_t> Transaction::count_applications(core::UserId user) {
  return count(kCountApplications, user);
}

Result<std::size_t> Transaction::count_clients(core::UserId user) {
  return count(kCountClients, user);
}

Result<bool> Transaction::has_image(std::string_view image, core::ApplicationId but) {
  return guarded([&] { return any(*connection_, kHasImage, image, but); });
}

Result<std::vector<std::string>> Transaction::images_of_no_other(core::UserId user) {
  return guarded([&] { return all(*connection_, read_text<Row>, kImagesOfNoOther, user); });
}

}  // namespace push::store::postgres
