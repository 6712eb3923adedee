#include "api/rate_limits.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "push/core/clock.hpp"
#include "push/core/ids.hpp"

namespace push::api {
namespace {

auth::RateLimiter::Rate per_minute(std::size_t count, std::size_t burst) {
  return {count, std::chrono::seconds(60), burst};
}

}  // namespace

RateLimits::RateLimits(const config::Server& settings, metrics::Registry& metrics)
    : applications_("application", per_minute(settings.rates.applicationperminute, settings.rates.applicationburst),
                    settings.throttlecache, metrics),
      users_("user", per_minute(settings.rates.userperminute, settings.rates.userburst), settings.throttlecache,
             metrics),
      addresses_("address", per_minute(settings.rates.addressperminute, settings.rates.addressburst),
                 settings.throttlecache, metrics) {}

core::Result<void> RateLimits::admit(const std::optional<core::Address>& address) {
  if (!address) return {};
  return addresses_.admit(address->site());
}

core::Result<void> RateLimits::admit(const auth::Principal& principal) {
  if (principal.kind == auth::Principal::Kind::anonymous) return {};
  if (principal.application != nullptr) {
    const auto id = std::to_string(core::value(principal.application->id));
    if (auto allowed = applications_.admit(id); !allowed) return allowed;
  }
  return users_.admit(std::to_string(core::value(principal.user)));
}

RateLimits::Limit::Limit(const char* of, auth::RateLimiter::Rate rate, std::size_t tracked, metrics::Registry& metrics)
    : by(of),
      limiter(rate, tracked),
      refused(metrics.counter("push_requests_throttled_total", "Requests beyond the rate of server.rates.",
                              "by=\"" + std::string(of) + "\"")) {}

core::Result<void> RateLimits::Limit::admit(std::string_view key) {
  const auto wait = limiter.admit(key, core::steady_now());
  if (!wait) return {};
  refused.add();
  const auto seconds = std::max(std::chrono::ceil<std::chrono::seconds>(*wait), std::chrono::seconds(1));
  return core::throttled(
      seconds, "too many requests from this " + std::string(by) + ", the limit is server.rates." + by + "perminute");
}

}  // namespace push::api
