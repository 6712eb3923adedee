#include "main/checks.hpp"

#include "push/api/origin_rules.hpp"
#include "push/files/file.hpp"
#include "push/net/trusted_proxies.hpp"

namespace push {

core::Result<void> check_origins(const config::Config& config) {
  const auto rules = api::OriginRules::compile(config.server);
  if (!rules) return rules.error();
  return {};
}

core::Result<void> check_trusted_proxies(const config::Config& config) {
  const auto proxies = net::TrustedProxies::parse(config.server.trustedproxies);
  if (!proxies) return proxies.error();
  return {};
}

core::Result<void> check_web_interface(const config::Config& config) {
  if (config.uidir.empty()) return {};
  const auto page = files::read_file(config.uidir, "index.html");
  if (!page) return core::failure(page.error().code, "uidir: " + page.error().text);
  if (!*page) return core::failure(core::ErrorCode::not_found, "uidir: there is no index.html in " + config.uidir);
  return {};
}

}  // namespace push
