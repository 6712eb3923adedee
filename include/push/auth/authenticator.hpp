// Credentials -> Principal. Memory first: the message path asks recall(), which never blocks and runs on a loop; a miss
// goes to a worker, which calls authenticate(). All caches are bounded. forget() drops entries; it is called after the
// commit of every change and every deletion of a user, client or application. Refusals are remembered, too (unknown
// tokens for a few seconds, wrong passwords until they are wrong no more): added() makes them be looked up again; it is
// called after the commit of every addition.
//
// Guessing of passwords is slowed down: `throttled` with the time to wait (see GuessLimits). Passwords and tokens that
// are known are never held back.
//
// When a token admits a request, its last use is written, at most once per touch_seconds (protocol 2.6). The calling
// thread queues that in the store.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "push/auth/principal.hpp"
#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"

namespace push::auth {

// Wrong passwords. Defaults: config server.passwords.
struct GuessLimits {
  std::size_t tries = 10;        // per user name and client address before waits begin; 0 = no limit
  std::chrono::seconds wait{1};  // the first; each further wrong password doubles it
  std::chrono::seconds longest_wait{900};
  std::size_t address_tries = 100;  // per client address and period, whatever the names; 0 = no limit
  std::chrono::seconds address_period{600};
  bool every_address = false;   // address_tries: loopback and private networks, too
  std::size_t tracked = 65536;  // pairs, and addresses, remembered
};

struct Options {
  std::size_t token_cache = 32768;    // principals remembered by token, and last uses by id
  std::size_t password_cache = 1024;  // verified (user, password) pairs remembered, as a keyed hash
  bool enforce_elevation = false;     // compat v3 (protocol 0, row d)
  unsigned touch_seconds = 300;       // minimum time between two writes of a token's last use (protocol 2.6)
  unsigned password_cost = 10;        // every wrong password takes as long as bcrypt of this cost: highest_cost()
  GuessLimits guesses{};
  core::SteadyTime (*clock)() = &core::steady_now;  // of waits, and of what is remembered for some seconds
};

// The highest bcrypt cost among `configured` and the passwords in the store. A wrong password takes as long as one of
// this cost, whoever's it is, and so does an unknown name. Costs above kHighestCost do not count: one such user (of an
// imported database) would make everybody's mistakes slow. Reads all users: once, at start.
inline constexpr unsigned kHighestCost = 14;  // 1.4 s where cost 10 takes 85 ms
core::Result<unsigned> highest_cost(store::Finder& store, unsigned configured);

// The outcome of a successful check.
struct Admitted {
  PrincipalPtr principal;
  bool touched = false;  // this request wrote the token's last use (protocol 2.6): the session cookie is sent again
};

class Authenticator {
 public:
  Authenticator(store::Store& store, Options options, metrics::Registry& metrics);
  ~Authenticator();

  // Any thread, never blocks. Empty: not cached; call authenticate() on a worker.
  std::optional<core::Result<Admitted>> recall(Access access, const Credentials& credentials) const;
  // Worker threads: reads the store, may run bcrypt. unauthorized / forbidden with the texts of protocol 2.2;
  // unavailable when the store cannot answer (never unauthorized: stock clients would log out); throttled before a
  // password is checked after too many wrong ones, unless a token is right. A token that cannot be
  // parsed is unauthorized with read_token's text, for Access::optional too, unless a password was checked first and
  // was correct.
  core::Result<Admitted> authenticate(Access access, const Credentials& credentials) const;
  // Whether a known principal may do what needs elevation: always, except for a client in compat v3 that is not
  // elevated now (forbidden). Any thread, no lock.
  core::Result<void> check_elevation(const Principal& principal) const;
  // Any thread, memory only: the last use of a client that has just made a request, which the store may not have
  // written yet. Empty: unknown.
  std::optional<core::WallTime> last_use(core::ClientId id) const;
  // Any thread: drops everything cached about this user (name, password, rights, clients, applications); look-ups in
  // progress will not be cached. Other users' entries stay.
  void forget(core::UserId user);
  // The same for all users.
  void forget();
  // Any thread: what was refused may be right now.
  void added();
  // Any thread, no lock: the number of forget() and added() calls so far. A decision made under an older epoch may be
  // out of date.
  std::uint64_t epoch() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The text of every 401 (protocol 2.2).
std::string_view unauthorized_text();

}  // namespace push::auth
