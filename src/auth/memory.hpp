// What the authenticator remembers: principals by token, and verified (name, password) pairs by a keyed hash. Any
// thread; one leaf mutex. Nothing is remembered that was looked up before the last forget().
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "auth/bounded_cache.hpp"
#include "push/auth/principal.hpp"
#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"

namespace push::auth {

class Memory {
 public:
  Memory(std::size_t tokens, std::size_t passwords);

  // Read before a look-up, handed back with what it found.
  std::uint64_t epoch() const;

  // Null if unknown or expired at `now`.
  PrincipalPtr by_token(std::string_view token, core::WallTime now);
  PrincipalPtr by_password(const Credentials::Basic& basic);

  void remember(std::string_view token, PrincipalPtr principal, std::optional<core::WallTime> expires_at,
                std::uint64_t epoch);
  void remember(const Credentials::Basic& basic, PrincipalPtr principal, std::uint64_t epoch);
  void forget();

 private:
  struct Entry {
    PrincipalPtr principal;
    std::optional<core::WallTime> expires_at;
  };
  using Digest = std::array<char, 32>;
  Digest digest(const Credentials::Basic& basic) const;

  const std::size_t token_limit_;
  const std::size_t password_limit_;
  std::array<unsigned char, 32> key_;  // random, of this process
  mutable core::Mutex mutex_;
  std::uint64_t epoch_ PUSH_GUARDED_BY(mutex_) = 0;
  BoundedCache<Entry> tokens_ PUSH_GUARDED_BY(mutex_);
  BoundedCache<PrincipalPtr> passwords_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::auth
