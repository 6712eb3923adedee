#include "push/api/first_user.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "push/auth/password.hpp"
#include "push/core/address.hpp"
#include "push/core/await.hpp"
#include "push/core/log.hpp"

namespace push::api {
namespace {

constexpr const char* kKnownName = "admin";
constexpr std::array<std::string_view, 2> kKnownPasswords = {"admin", ""};

core::Result<void> create(store::Store& store, const config::Config& config) {
  auto hash = auth::hash_password(config.defaultuser.pass, config.passstrength);
  if (!hash) return core::failure(hash.error().code, "defaultuser.pass: " + hash.error().text);
  auto user = core::await<core::Result<model::User>>([&](auto done) {
    store.create_user({config.defaultuser.name, *std::move(hash), true}, std::move(done));
  });
  if (!user && user.error().conflict == core::Conflict::name) return {};  // another node has just created it
  if (!user) return std::move(user).error();
  spdlog::info("created first user name=\"{}\"", config.defaultuser.name);
  return {};
}

core::Result<void> warn_about_known_password(store::Store& store, const std::string& name, const std::string& address) {
  auto user = store.find_user_by_name(name);
  if (!user) return std::move(user).error();
  if (!*user) return {};
  for (const std::string_view password : kKnownPasswords) {
    if (!auth::verify_password(password, (*user)->pass_hash)) continue;
    spdlog::warn(
        "SECURITY: {} password in use, anyone who can reach this server can log in: change it user=\"{}\" "
        "address=\"{}\"",
        password.empty() ? "empty" : "default", name, address.empty() ? "all" : address);
  }
  return {};
}

core::Result<void> warn_about_known_passwords(store::Store& store, const config::Config& config) {
  const std::string& address = config.server.listenaddr;
  if (is_loopback(address)) return {};
  if (auto checked = warn_about_known_password(store, kKnownName, address); !checked) return checked;
  if (config.defaultuser.name == kKnownName) return {};
  return warn_about_known_password(store, config.defaultuser.name, address);
}

}  // namespace

core::Result<void> create_default_user(store::Store& store, const config::Config& config) {
  const auto any = store.has_users();
  if (!any) return any.error();
  if (!*any) {
    if (auto created = create(store, config); !created) return created;
  }
  return warn_about_known_passwords(store, config);
}

bool is_loopback(std::string_view listen_address) {
  if (listen_address.starts_with("unix:") || listen_address == "localhost") return true;
  const auto address = core::Address::parse(listen_address);
  return address && address->is_loopback();
}

}  // namespace push::api
