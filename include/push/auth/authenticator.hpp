// Credentials -> Principal. Memory first: the message path asks recall(), which never blocks and runs on a loop; a miss
// goes to a worker, which calls authenticate(). Both caches are bounded. forget() drops entries; it is called after the
// commit of every change and every deletion of a user, client or application. Refusals are not cached, so creating
// something needs no forget().
//
// When a token admits a request, its last use is written, at most once per touch_seconds (protocol 2.6). The calling
// thread queues that in the store.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "push/auth/principal.hpp"
#include "push/core/result.hpp"
#include "push/store/store.hpp"

namespace push::auth {

struct Options {
  std::size_t token_cache = 32768;    // principals remembered by token, and last uses by id
  std::size_t password_cache = 1024;  // verified (user, password) pairs remembered, as a keyed hash
  bool enforce_elevation = false;     // compat v3 (protocol 0, row d)
  unsigned touch_seconds = 300;       // minimum time between two writes of a token's last use (protocol 2.6)
  unsigned password_cost = 10;        // bcrypt cost of new passwords (config passstrength), also used for unknown names
};

// The outcome of a successful check.
struct Admitted {
  PrincipalPtr principal;
  bool touched = false;  // this request wrote the token's last use (protocol 2.6): the session cookie is sent again
};

class Authenticator {
 public:
  Authenticator(store::Store& store, Options options);
  ~Authenticator();

  // Any thread, never blocks. Empty: not cached; call authenticate() on a worker.
  std::optional<core::Result<Admitted>> recall(Access access, const Credentials& credentials) const;
  // Worker threads: reads the store, may run bcrypt. unauthorized / forbidden with the texts of protocol 2.2;
  // unavailable when the store cannot answer (never unauthorized: stock clients would log out). A token that cannot be
  // parsed is unauthorized with read_token's text, for Access::optional too, unless a password was checked first and
  // was correct.
  core::Result<Admitted> authenticate(Access access, const Credentials& credentials) const;
  // POST /auth/local/login. Worker threads. unauthorized: "invalid credentials".
  core::Result<PrincipalPtr> log_in(const Credentials::Basic& basic) const;
  // Any thread, memory only: the last use of a client that has just made a request, which the store may not have
  // written yet. Empty: unknown.
  std::optional<core::WallTime> last_use(core::ClientId id) const;
  // Any thread: drops everything cached about this user (name, password, rights, clients, applications); look-ups in
  // progress will not be cached. Other users' entries stay.
  void forget(core::UserId user);
  // The same for all users.
  void forget();
  // Any thread, no lock: the number of forget() calls so far. A decision made under an older epoch may be out of date.
  std::uint64_t epoch() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The text of every 401 (protocol 2.2).
std::string_view unauthorized_text();

}  // namespace push::auth
