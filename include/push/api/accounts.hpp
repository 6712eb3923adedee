// The only way to change users, applications and clients, and therefore to take a right away. Every change goes through
// four steps:
//
//   1. commit: the store commits it; if that fails, nothing else happens,
//   2. forget: the authenticator drops what it remembers of that user,
//   3. disconnect: the streams of a deleted client or user, and those opened with a password that has changed, are
//   closed,
//   4. announce: the other nodes are told.
//
// Forgetting comes before disconnecting: a stream admitted on stale knowledge is either open by then and closed here,
// or sees a different epoch when it opens and is checked again (recheck). Additions need no forgetting, because
// refusals are not remembered. An elevation closes no streams (protocol 3).
//
// Owned by main; what is passed in outlives it. Called by worker threads and the housekeeper: a change blocks its
// caller until it is committed. Errors are the store's.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "push/auth/authenticator.hpp"
#include "push/cluster/backplane.hpp"
#include "push/core/result.hpp"
#include "push/delivery/publisher.hpp"
#include "push/store/store.hpp"

namespace push::api {

class Accounts final : public cluster::EventListener {
 public:
  Accounts(store::Store& store, auth::Authenticator& authenticator, delivery::Publisher& publisher,
           cluster::Backplane& backplane)
      : store_(store), authenticator_(authenticator), publisher_(publisher), backplane_(backplane) {}

  core::Result<model::User> create_user(store::NewUser user);
  core::Result<model::User> update_user(core::UserId id, store::UserChange change);
  core::Result<void> set_password(core::UserId id, std::string pass_hash);
  // Returns the image files that are no longer used.
  core::Result<std::vector<std::string>> delete_user(core::UserId id);

  core::Result<model::Application> create_application(store::NewApplication application);
  core::Result<model::Application> update_application(core::UserId user, core::ApplicationId id,
                                                      store::ApplicationChange change);
  core::Result<model::Application> set_application_token(core::UserId user, core::ApplicationId id, std::string token);
  core::Result<store::ImageChange> set_application_image(core::UserId user, core::ApplicationId id, std::string image);
  // Returns the image file that is no longer used, "" = none.
  core::Result<std::string> delete_application(core::UserId user, core::ApplicationId id);

  core::Result<model::Client> create_client(store::NewClient client);
  core::Result<model::Client> update_client(core::UserId user, core::ClientId id, store::ClientChange change);
  core::Result<void> elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until);
  core::Result<void> delete_client(core::UserId user, core::ClientId id);
  // A client deletes itself. If it is already gone this succeeds, and still closes its streams.
  core::Result<void> end_session(core::UserId user, core::ClientId id);
  // Deletes the clients that have expired by `now`; returns their number.
  core::Result<std::size_t> delete_expired_clients(core::WallTime now);

  // Updates the last use of clients, which takes no right away. Any thread, never blocks; false: not written because
  // the queue is full.
  bool touch_clients(std::vector<core::ClientId> ids, core::WallTime at);

  // Another node committed a change: steps 2 and 3. Never blocks.
  void on_event(const cluster::Event& event) override;
  void on_gap() override;

  // The store no longer has something of this user that the authenticator still remembers. Any thread, never blocks.
  void forget_stale(core::UserId user);
  // Closes the streams of a client if it is gone, those of Basic sessions if their password is, and either if the store
  // cannot tell: who still has the right reconnects. Worker threads.
  void recheck(const auth::Principal& principal);
  // Only closes streams: the client may reconnect. Any thread, never blocks.
  void disconnect(core::UserId user, core::ClientId client);

 private:
  using Kind = cluster::Event::Kind;
  void announce(Kind kind, core::UserId user, core::ClientId client = {}, core::ApplicationId application = {});
  void changed(Kind kind, core::UserId user, core::ClientId client = {}, core::ApplicationId application = {});
  void password_changed(core::UserId user);
  void gone(Kind kind, hub::Selection which);
  void close(hub::Selection which);
  bool is_gone(const auth::Principal& principal);

  store::Store& store_;
  auth::Authenticator& authenticator_;
  delivery::Publisher& publisher_;
  cluster::Backplane& backplane_;
};

}  // namespace push::api
