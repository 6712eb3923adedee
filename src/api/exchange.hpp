// One request on its way through the api: what was asked, what is known about it so far, and the means to answer.
// Passed from the loop to a worker or the writer, never used by two threads at once.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "push/api/incoming.hpp"
#include "push/api/origin_rules.hpp"
#include "push/api/router.hpp"
#include "push/api/target.hpp"
#include "push/auth/principal.hpp"
#include "push/core/clock.hpp"
#include "push/net/http.hpp"

namespace push::api {

Incoming view_of(const net::Request& request);

struct Exchange {
  Exchange(net::Request r, net::Reply a) : request(std::move(r)), reply(std::move(a)), incoming(view_of(request)) {}

  net::Request request;
  net::Reply reply;
  Incoming incoming;  // looks into `request`
  core::SteadyTime start = core::steady_now();
  Target target;
  HeaderList headers;  // what the answer carries besides its own
  const Route* route = nullptr;
  std::string_view id_text;  // looks into `target`
  std::uint64_t id = 0;
  std::string_view rest;  // likewise
  auth::Credentials credentials;
  std::uint64_t epoch = 0;  // auth::Authenticator's, before it was asked
  auth::PrincipalPtr principal;
};

using ExchangePtr = std::shared_ptr<Exchange>;

}  // namespace push::api
