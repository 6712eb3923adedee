// The authenticator's caches: principals by token, verified (name, password) pairs by a keyed hash, and what was
// refused: unknown tokens and wrong pairs. Any thread; one leaf mutex. Never returns an entry that was looked up before
// its user's last forget(), nor a refusal from before anybody's last forget() or added().
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "auth/keyed_hash.hpp"
#include "auth/last_use.hpp"
#include "push/auth/principal.hpp"
#include "push/core/bounded_cache.hpp"
#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"

namespace push::auth {

struct Known {
  PrincipalPtr principal;  // null: nobody
  LastUsePtr last_use;     // null: nothing to write (Basic)
};

// What is known about a name and a password.
struct Remembered {
  PrincipalPtr principal;  // null: not known to be right
  bool wrong = false;
};

class Memory {
 public:
  enum class Purpose { sender, client };  // an application's token is none of a client

  static constexpr std::size_t kUnknownTokens = 4096;  // for each purpose
  static constexpr std::size_t kLongestUnknown = 256;  // bytes; longer ones are looked up each time
  static constexpr std::chrono::seconds kUnknownFor{5};

  Memory(const KeyedHash& hash, std::size_t tokens, std::size_t passwords);

  // Read it before a look-up and pass it to remember() with the result. Incremented by every forget() and added().
  std::uint64_t epoch() const { return epoch_.load(); }

  // Empty if unknown or expired at `now`.
  Known by_token(std::string_view token, core::WallTime now);
  Remembered by_password(const Credentials::Basic& basic);
  bool is_unknown(std::string_view token, Purpose purpose, core::SteadyTime now);

  void remember(std::string_view token, Known known, std::optional<core::WallTime> until, std::uint64_t epoch);
  void remember(const Credentials::Basic& basic, PrincipalPtr principal, std::uint64_t epoch);
  void remember_wrong(const Credentials::Basic& basic, std::uint64_t epoch);
  void remember_unknown(std::string_view token, Purpose purpose, core::SteadyTime now, std::uint64_t epoch);
  void forget(core::UserId user);
  void forget();
  void added();

 private:
  struct Entry {
    Known known;
    std::optional<core::WallTime> until;
    std::uint64_t epoch;  // as read before the look-up
  };
  struct Refusal {
    core::SteadyTime until;
    std::uint64_t epoch;  // likewise; another one now: it may be out of date
  };
  using Forgotten = std::unordered_map<core::UserId, std::uint64_t>;

  core::BoundedCache<std::string, Refusal>& unknown(Purpose purpose) PUSH_REQUIRES(mutex_) {
    return purpose == Purpose::sender ? unknown_senders_ : unknown_clients_;
  }
  bool stale(core::UserId user, std::uint64_t epoch) const PUSH_REQUIRES(mutex_);

  const std::size_t token_limit_;
  const std::size_t password_limit_;
  const KeyedHash& hash_;
  core::Mutex mutex_;
  std::atomic<std::uint64_t> epoch_ = 0;             // written under the mutex
  std::uint64_t floor_ PUSH_GUARDED_BY(mutex_) = 0;  // entries with an older epoch are stale, for all users
  Forgotten forgotten_ PUSH_GUARDED_BY(mutex_);      // the same per user: their entries with an older epoch are stale
  core::BoundedCache<std::string, Entry> tokens_ PUSH_GUARDED_BY(mutex_);
  core::BoundedCache<std::string, Entry> passwords_ PUSH_GUARDED_BY(mutex_);
  core::BoundedCache<std::string, std::uint64_t> wrong_passwords_ PUSH_GUARDED_BY(mutex_);  // their epochs
  core::BoundedCache<std::string, Refusal> unknown_senders_ PUSH_GUARDED_BY(mutex_);
  core::BoundedCache<std::string, Refusal> unknown_clients_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::auth
