#include "config/foreign.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>

namespace push::config {

namespace {

Key foreign(std::string path, Value initial) {
  constexpr std::array kAllowed = {"must be true or false", "must be a whole number", "must be a string",
                                   "must be a list of strings", "must be a map of strings"};
  Key key;
  key.path = std::move(path);
  key.type = static_cast<Key::Type>(initial.index());  // Key::Type and Value name the same types in the same order
  key.meaning = "a setting of Gotify that this server does not support";
  key.allowed = kAllowed[initial.index()];
  key.initial = std::move(initial);
  return key;
}

}  // namespace

void add_foreign(std::vector<Key>& keys) {
  const auto add = [&keys](const char* path, Value initial, const char* refused = "") {
    keys.push_back(foreign(path, std::move(initial)));
    keys.back().refused = refused;
  };
  const std::string empty;
  add("server.ssl.enabled", false,
      "TLS is not supported: put a reverse proxy that terminates TLS in front of this server, and set this to false");
  add("server.ssl.redirecttohttps", true);
  add("server.ssl.listenaddr", empty);
  add("server.ssl.port", std::int64_t{443});
  add("server.ssl.certfile", empty);
  add("server.ssl.certkey", empty);
  add("server.ssl.letsencrypt.enabled", false);
  add("server.ssl.letsencrypt.accepttos", false);
  add("server.ssl.letsencrypt.cache", std::string("data/certs"));
  add("server.ssl.letsencrypt.directoryurl", empty);
  add("server.ssl.letsencrypt.hosts", List());
  add("pluginsdir", std::string("data/plugins"));
  add("localauth.enabled", true,
      "password login cannot be disabled because it is the only kind of login: set this to true or remove it");
  add("oidc.enabled", false, "OpenID Connect is not supported: set this to false; password login works");
  add("oidc.issuer", empty);
  add("oidc.clientid", empty);
  add("oidc.clientsecret", empty);
  keys.back().hidden = always;
  add("oidc.redirecturl", empty);
  add("oidc.usernameclaim", std::string("preferred_username"));
  add("oidc.autoregister", true);
  add("oidc.link_by_username", false);
  add("oidc.prompt", empty);
  add("oidc.idp_name", empty);
  add("oidc.scopes", List{"openid", "profile", "email"});
}

}  // namespace push::config
