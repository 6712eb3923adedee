// What a handler works with: the request as plain views, who sent it, and the services. Tests build one from literals.
#pragma once
#include <cstdint>

#include "push/api/accounts.hpp"
#include "push/api/incoming.hpp"
#include "push/api/target.hpp"
#include "push/auth/authenticator.hpp"
#include "push/auth/token.hpp"
#include "push/binder/binder.hpp"
#include "push/config/config.hpp"
#include "push/delivery/publisher.hpp"
#include "push/files/image_folder.hpp"
#include "push/net/http.hpp"
#include "push/store/store.hpp"

namespace push::api {

struct Context {
  store::Finder& store;
  Accounts& accounts;
  auth::Authenticator& authenticator;
  delivery::Publisher& publisher;
  files::ImageFolder& images;
  const config::Config& config;
  const Incoming& request;
  const Target& target;
  auth::PrincipalPtr principal;  // null on public routes
  std::uint64_t id = 0;          // the path's :id
  std::string_view rest;         // what stands for the pattern's last `*`

  core::UserId user() const { return principal->user; }
  // What bind() reads fields from.
  binder::Source source() const { return {request.method, request.content_type, target.query, request.body}; }
  // gotify-spec 0, row c: whether lists show credentials.
  bool lists_tokens() const { return config.compat == config::Compat::v2; }
  auth::TokenForm token_form() const {
    return config.compat == config::Compat::v2 ? auth::TokenForm::legacy : auth::TokenForm::enhanced;
  }
};

}  // namespace push::api
