// The one door for changes of users, applications and clients, hence for everything that takes a right away. A change
// is
//
//   1. committed by the store; if that fails, nothing else happens,
//   2. forgotten: what the authenticator remembers of its user is stale,
//   3. disconnected: the streams of a client or user that is gone are closed,
//   4. announced to the other nodes.
//
// Forgetting comes before disconnecting: a stream that is let in on old knowledge either is open by then and is closed
// here, or finds another epoch when it opens and is checked again (recheck). What is only added is not forgotten,
// because refusals are not remembered. A password change and an elevation close no streams (gotify-spec 3).
//
// Owned by main; what is passed in outlives it. Worker threads and the housekeeper: a change blocks its caller until it
// is committed. Errors are the store's.
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
  // Returns the image files that nothing refers to any more.
  core::Result<std::vector<std::string>> delete_user(core::UserId id);

  core::Result<model::Application> create_application(store::NewApplication application);
  core::Result<model::Application> update_application(core::UserId user, core::ApplicationId id,
                                                      store::ApplicationChange change);
  core::Result<model::Application> set_application_token(core::UserId user, core::ApplicationId id, std::string token);
  core::Result<store::ImageChange> set_application_image(core::UserId user, core::ApplicationId id, std::string image);
  // Returns the image file that nothing refers to any more, "" = none.
  core::Result<std::string> delete_application(core::UserId user, core::ApplicationId id);

  core::Result<model::Client> create_client(store::NewClient client);
  core::Result<model::Client> update_client(core::UserId user, core::ClientId id, store::ClientChange change);
  core::Result<void> elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until);
  core::Result<void> delete_client(core::UserId user, core::ClientId id);
  // A client deletes itself. Succeeds if it is gone already, and closes its streams then, too.
  core::Result<void> end_session(core::UserId user, core::ClientId id);
  // Deletes the clients that have expired by `now`; returns how many.
  core::Result<std::size_t> delete_expired_clients(core::WallTime now);

  // The last use of clients, which is no right. Any thread, never blocks; false: not written, the queue is full.
  bool touch_clients(std::vector<core::ClientId> ids, core::WallTime at);

  // What another node has committed: steps 2 and 3. Never blocks.
  void on_event(const cluster::Event& event) override;

  // The store has answered that something of this user is gone, but it is still remembered. Any thread, never blocks.
  void forget_stale(core::UserId user);
  // Closes the streams of a client (0 = of the user) that is gone, or of which the store cannot tell: the client comes
  // back. Worker threads.
  void recheck(core::UserId user, core::ClientId client);
  // Closes streams and takes nothing away: the client comes back. Any thread, never blocks.
  void disconnect(core::UserId user, core::ClientId client);

 private:
  using Kind = cluster::Event::Kind;
  void announce(Kind kind, core::UserId user, core::ClientId client = {}, core::ApplicationId application = {});
  void changed(Kind kind, core::UserId user, core::ClientId client = {}, core::ApplicationId application = {});
  void gone(Kind kind, core::UserId user, core::ClientId client = {});
  void close(core::UserId user, core::ClientId client);
  bool is_gone(core::UserId user, core::ClientId client);

  store::Store& store_;
  auth::Authenticator& authenticator_;
  delivery::Publisher& publisher_;
  cluster::Backplane& backplane_;
};

}  // namespace push::api
