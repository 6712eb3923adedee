// How many requests an application, a user and an address may send (config server.rates; off by default). The address
// is asked before the credentials are looked at; pages, pictures and the health check are not counted. An application's
// requests count for its user, too.
#pragma once
#include <optional>
#include <string_view>

#include "push/auth/principal.hpp"
#include "push/auth/rate_limiter.hpp"
#include "push/config/config.hpp"
#include "push/core/address.hpp"
#include "push/core/result.hpp"
#include "push/metrics/registry.hpp"

namespace push::api {

// Any thread.
class RateLimits {
 public:
  RateLimits(const config::Server& settings, metrics::Registry& metrics);

  bool limits_addresses() const { return addresses_.limiter.is_on(); }
  bool limits_principals() const { return applications_.limiter.is_on() || users_.limiter.is_on(); }
  // Counts one request. Error: throttled. The peer of a unix socket has no address and is never refused.
  core::Result<void> admit(const std::optional<core::Address>& address);
  core::Result<void> admit(const auth::Principal& principal);

 private:
  struct Limit {
    Limit(const char* by, auth::RateLimiter::Rate rate, std::size_t tracked, metrics::Registry& metrics);
    core::Result<void> admit(std::string_view key);

    const char* const by;
    auth::RateLimiter limiter;
    metrics::Counter& refused;
  };

  Limit applications_;
  Limit users_;
  Limit addresses_;
};

}  // namespace push::api
