#include "main/checks.hpp"

#include <string>

#include "push/auth/password.hpp"
#include "push/files/file.hpp"
#include "push/store/open.hpp"

namespace push {
namespace {

core::Result<void> check_web_interface(const config::Config& config) {
  if (config.uidir.empty()) return {};
  const auto page = files::open_file(config.uidir, "index.html");
  if (!page) return core::failure(page.error().code, "uidir: " + page.error().text);
  if (!*page) return core::failure(core::ErrorCode::not_found, "uidir: no index.html in " + config.uidir);
  return {};
}

core::Result<void> check_first_user(const config::Config& config) {
  constexpr unsigned kLeastCost = 4;
  const auto hash = auth::hash_password(config.defaultuser.pass, kLeastCost);
  if (!hash) return core::failure(hash.error().code, "defaultuser.pass: " + hash.error().text);
  return {};
}

}  // namespace

core::Result<void> check_before_start(const config::Config& config) {
  if (auto passed = check_web_interface(config); !passed) return passed;
  const auto stored = store::exists(config.database);
  if (!stored) return stored.error();
  return *stored ? core::Result<void>() : check_first_user(config);
}

}  // namespace push
