// The authenticator's cache: principals by token, and verified (name, password) pairs by a keyed hash. Any thread; one
// leaf mutex. Never returns an entry that was looked up before its user's last forget().
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/bounded_cache.hpp"
#include "auth/last_use.hpp"
#include "push/auth/principal.hpp"
#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"

namespace push::auth {

struct Known {
  PrincipalPtr principal;  // null: nobody
  LastUsePtr last_use;     // null: nothing to write (Basic)
};

class Memory {
 public:
  Memory(std::size_t tokens, std::size_t passwords);

  // Read it before a look-up and pass it to remember() with the result. Incremented by every forget().
  std::uint64_t epoch() const { return epoch_.load(); }

  // Empty if unknown or expired at `now`.
  Known by_token(std::string_view token, core::WallTime now);
  PrincipalPtr by_password(const Credentials::Basic& basic);

  void remember(std::string_view token, Known known, std::optional<core::WallTime> until, std::uint64_t epoch);
  void remember(const Credentials::Basic& basic, PrincipalPtr principal, std::uint64_t epoch);
  void forget(core::UserId user);
  void forget();

 private:
  struct Entry {
    Known known;
    std::optional<core::WallTime> until;
    std::uint64_t epoch;  // as read before the look-up
  };
  using Digest = std::array<char, 32>;
  using Forgotten = std::unordered_map<core::UserId, std::uint64_t>;

  Digest digest(const Credentials::Basic& basic) const;
  bool stale(core::UserId user, std::uint64_t epoch) const PUSH_REQUIRES(mutex_);

  const std::size_t token_limit_;
  const std::size_t password_limit_;
  std::array<unsigned char, 32> key_;  // random, chosen at start
  core::Mutex mutex_;
  std::atomic<std::uint64_t> epoch_ = 0;             // written under the mutex
  std::uint64_t floor_ PUSH_GUARDED_BY(mutex_) = 0;  // entries with an older epoch are stale, for all users
  Forgotten forgotten_ PUSH_GUARDED_BY(mutex_);      // the same per user: their entries with an older epoch are stale
  BoundedCache<Entry> tokens_ PUSH_GUARDED_BY(mutex_);
  BoundedCache<Entry> passwords_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::auth
