// Credentials -> Principal. Memory first: the message path asks recall(), which never blocks and runs on a loop; a miss
// goes to a worker, which asks authenticate(). Both caches are bounded; what is remembered is dropped by forget(),
// which every change and every deletion of a user, client or application calls after its commit. Refusals are not
// remembered, so what was only created needs no forgetting.
//
// Whoever is let in by a token has its last use written, once in touch_seconds (gotify-spec 2.6). That is queued in the
// store, from whichever thread asked.
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
  bool enforce_elevation = false;     // compat v3 (gotify-spec 0, row d)
  unsigned touch_seconds = 300;       // between two writes of a token's last use (gotify-spec 2.6)
  unsigned password_cost = 10;  // bcrypt cost of new passwords (config passstrength): an unknown name costs as much
};

// Who may come in.
struct Admitted {
  PrincipalPtr principal;
  bool touched = false;  // this request wrote the token's last use (gotify-spec 2.6): a session cookie is sent again
};

class Authenticator {
 public:
  Authenticator(store::Store& store, Options options);
  ~Authenticator();

  // Any thread, never blocks. Empty: memory cannot tell, ask authenticate() on a worker.
  std::optional<core::Result<Admitted>> recall(Access access, const Credentials& credentials) const;
  // Worker threads: reads the store, may run bcrypt. unauthorized / forbidden with the texts of gotify-spec 2.2;
  // unavailable when the store cannot answer (never unauthorized: stock clients would log out). A token that cannot be
  // parsed is unauthorized with read_token's text, for Access::optional too, unless a password came first and was
  // right.
  core::Result<Admitted> authenticate(Access access, const Credentials& credentials) const;
  // POST /auth/local/login. Worker threads. unauthorized: "invalid credentials".
  core::Result<PrincipalPtr> log_in(const Credentials::Basic& basic) const;
  // Any thread: everything remembered of this user (its name, password and rights, its clients and applications) is
  // stale, and so is what is being looked up right now. Costs the others nothing.
  void forget(core::UserId user);
  // The same, for everybody.
  void forget();
  // Any thread, no lock: how often anything was forgotten. A decision made under an older epoch may have been
  // overtaken.
  std::uint64_t epoch() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The text of every 401 (gotify-spec 2.2).
std::string_view unauthorized_text();

}  // namespace push::auth
