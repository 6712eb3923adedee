#include "store/sqlite/transaction.hpp"

#include <algorithm>

#include "store/literal.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kHasUserName = "SELECT 1 FROM users WHERE name = ?1 AND id <> ?2";
constexpr std::string_view kHasAdmin = "SELECT 1 FROM users WHERE admin AND id <> ?1 LIMIT 1";
constexpr std::string_view kHasApplicationToken = "SELECT 1 FROM applications WHERE token = ?1 AND id <> ?2";
constexpr std::string_view kHasClientToken = "SELECT 1 FROM clients WHERE token = ?1";
constexpr std::string_view kHasSortKey = "SELECT 1 FROM applications WHERE user_id = ?1 AND sort_key = ?2 AND id <> ?3";
// An older program may have stored keys as blobs, which the index has behind all texts. One look-up for each type.
constexpr std::string_view kGreatestText =
    "SELECT sort_key FROM applications WHERE user_id = ?1 AND sort_key < X'' ORDER BY sort_key DESC LIMIT 1";
constexpr std::string_view kGreatestBlob =
    "SELECT sort_key FROM applications WHERE user_id = ?1 AND sort_key >= X'' ORDER BY sort_key DESC LIMIT 1";
constexpr std::string_view kCountApplications = "SELECT count(*) FROM applications WHERE user_id = ?1";
constexpr std::string_view kCountClients = "SELECT count(*) FROM clients WHERE user_id = ?1";
constexpr std::string_view kHasImage = "SELECT 1 FROM applications WHERE image = ?1 AND id <> ?2 LIMIT 1";
constexpr std::string_view kImagesOfNoOther =
    "SELECT image FROM (SELECT DISTINCT image FROM applications WHERE user_id = ?1 AND image <> '') AS own"
    " WHERE NOT EXISTS (SELECT 1 FROM applications WHERE image = own.image AND user_id <> ?1)";

Result<std::size_t> count(Database& database, std::string_view sql, core::UserId user) {
  const auto counted = one(database, read_integer<Query>, sql, user);
  if (!counted) return counted.error();
  return static_cast<std::size_t>(counted->value_or(0));
}

}  // namespace

Result<void> Transaction::check_room() const {
  if (room_ == nullptr || !room_->low()) return {};
  return room_->refusal();
}

Result<std::optional<model::User>> Transaction::user(core::UserId id) {
  return one(database_, read_user<Query>, kJoined<kSelectUsers, kById>, id);
}

Result<std::optional<model::Application>> Transaction::application(core::ApplicationId id) {
  return one(database_, read_application<Query>, kJoined<kSelectApplications, kById>, id);
}

Result<std::optional<model::Client>> Transaction::client(core::ClientId id) {
  return one(database_, read_client<Query>, kJoined<kSelectClients, kById>, id);
}

Result<bool> Transaction::has_user_name(std::string_view name, core::UserId but) {
  return any(database_, kHasUserName, name, but);
}

Result<bool> Transaction::has_admin(core::UserId but) {
  return any(database_, kHasAdmin, but);
}

Result<bool> Transaction::has_application_token(std::string_view token, core::ApplicationId but) {
  return any(database_, kHasApplicationToken, token, but);
}

Result<bool> Transaction::has_client_token(std::string_view token) {
  return any(database_, kHasClientToken, token);
}

Result<bool> Transaction::has_sort_key(core::UserId user, std::string_view key, core::ApplicationId but) {
  return any(database_, kHasSortKey, user, key, but);
}

Result<std::string> Transaction::greatest_sort_key(core::UserId user) {
  std::string greatest;
  for (const std::string_view sql : {kGreatestText, kGreatestBlob}) {
    const auto found = one(database_, read_text<Query>, sql, user);
    if (!found) return found.error();
    greatest = std::max(greatest, found->value_or(""));
  }
  return greatest;
}

Result<std::size_t> Transaction::count_applications(core::UserId user) {
  return count(database_, kCountApplications, user);
}

Result<std::size_t> Transaction::count_clients(core::UserId user) {
  return count(database_, kCountClients, user);
}

Result<bool> Transaction::has_image(std::string_view image, core::ApplicationId but) {
  return any(database_, kHasImage, image, but);
}

Result<std::vector<std::string>> Transaction::images_of_no_other(core::UserId user) {
  return all(database_, read_text<Query>, kImagesOfNoOther, user);
}

}  // namespace push::store::sqlite
