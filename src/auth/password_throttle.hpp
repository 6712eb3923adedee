// Slows guessing of passwords down. Per user name and client address: some tries are free, then each wrong password
// makes the next one wait, twice as long every time. Per address alone, whatever the names: so many per period; not for
// addresses that many people share (loopback, private networks), unless trusted proxies tell who is who. A right
// password sets the first back, not the second. An IPv6 client is its /64. Unknown names count like known ones.
//
// Passwords that are remembered as good never come here. The caller asks wait() before a check and reports its outcome,
// so checks in progress may exceed a limit by one less than there are threads for passwords. Any thread; leaf mutexes.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/keyed_hash.hpp"
#include "push/auth/authenticator.hpp"
#include "push/auth/principal.hpp"
#include "push/auth/rate_limiter.hpp"
#include "push/core/bounded_cache.hpp"
#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"
#include "push/metrics/registry.hpp"

namespace push::auth {

class PasswordThrottle {
 public:
  PasswordThrottle(const GuessLimits& limits, const KeyedHash& hash, metrics::Registry& metrics);

  // Empty: the password may be checked. Otherwise counts a refusal and returns the time until then, rounded up.
  std::optional<std::chrono::seconds> wait(const Credentials::Basic& basic, core::SteadyTime now);
  // The password was wrong. The same one again (a device with an outdated password) uses the free tries up, but it
  // makes no other password wait: its owner may type the new one at the same address. Nor does it count for the
  // address. Returns how long this password should not be sent again, if it was sent too often; it need not be checked.
  std::optional<std::chrono::seconds> failed(const Credentials::Basic& basic, core::SteadyTime now);
  void succeeded(const Credentials::Basic& basic);

 private:
  struct Guesses {
    std::size_t wrong = 0;
    core::SteadyTime last{};
    core::SteadyTime until{};                  // no check before
    core::SteadyTime again_until{};            // nor an answer to one of `passwords`
    std::array<std::uint64_t, 4> passwords{};  // the last wrong ones, by keyed hash; 0 = none

    // Whether it is one of the last ones; from now on it is.
    bool knows(std::uint64_t password);
  };
  static constexpr std::chrono::hours kMemory{24};  // after the last wrong password; then the tries are free again

  KeyedHash::Digest key_of(const Credentials::Basic& basic) const;
  std::uint64_t fingerprint_of(const Credentials::Basic& basic) const;
  bool counts_address(const Credentials::Basic& basic) const;
  std::chrono::seconds wait_after(std::size_t wrong) const;

  const GuessLimits limits_;
  const KeyedHash& hash_;
  metrics::Counter& wrong_;
  metrics::Counter& held_by_user_;
  metrics::Counter& held_by_address_;
  RateLimiter addresses_;
  core::Mutex mutex_;
  core::BoundedCache<std::string, Guesses> guesses_ PUSH_GUARDED_BY(mutex_);  // by digest of name and address
};

}  // namespace push::auth
