// The only way to change users, applications and clients, and therefore to take a right away. Every change goes through
// four steps:
//
//   1. commit: the store commits it; if that fails, nothing else happens,
//   2. forget: the authenticator drops what it remembers of that user,
//   3. disconnect: the streams of a deleted client or user, and those opened with a password that has changed, are
//   closed,
//   4. show: the user's own devices are told.
//
// With several nodes the change is also in the store's event log, from where every node, this one included, takes it
// over (on_change): steps 2 and 3, which this node repeats without effect, and step 4.
//
// Forgetting comes before disconnecting: a stream admitted on stale knowledge is either open by then and closed here,
// or sees a different epoch when it opens and is checked again (recheck). An addition makes the authenticator ask again
// about what it has refused. An elevation closes no streams (protocol 3).
//
// Owned by main; what is passed in outlives it. Any thread; a change never blocks. Its `done` is called once, after the
// last step, as a Done of the store: on the writer thread, where it must not block. Errors are the store's.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "push/auth/authenticator.hpp"
#include "push/core/result.hpp"
#include "push/delivery/follower.hpp"
#include "push/delivery/publisher.hpp"
#include "push/model/account_change.hpp"
#include "push/store/store.hpp"

namespace push::api {

class StreamCheck;

class Accounts final : public delivery::AccountListener {
 public:
  Accounts(store::Store& store, auth::Authenticator& authenticator, delivery::Publisher& publisher)
      : store_(store), authenticator_(authenticator), publisher_(publisher) {}

  // By main, with several nodes, before the first change. `check` checks the open streams after a gap.
  void join(StreamCheck& check) { check_ = &check; }

  void create_user(store::NewUser user, store::Done<model::User> done);
  void update_user(core::UserId id, store::UserChange change, store::Done<model::User> done);
  void set_password(core::UserId id, std::string pass_hash, store::Done<void> done);
  // Done: the image files that are no longer used.
  void delete_user(core::UserId id, store::Done<std::vector<std::string>> done);

  void create_application(store::NewApplication application, store::Done<model::Application> done);
  void update_application(core::UserId user, core::ApplicationId id, store::ApplicationChange change,
                          store::Done<model::Application> done);
  void set_application_token(core::UserId user, core::ApplicationId id, std::string token,
                             store::Done<model::Application> done);
  void keep_picture(std::string_view name, std::string_view bytes, store::Done<void> done);
  void set_application_image(core::UserId user, core::ApplicationId id, std::string image,
                             store::Done<store::ImageChange> done);
  // Takes no right away, so the store's commit is all.
  void set_retention(core::UserId user, core::ApplicationId id, store::Retention rule, store::Done<void> done);
  // Done: the image file that is no longer used, "" = none.
  void delete_application(core::UserId user, core::ApplicationId id, store::Done<std::string> done);

  void create_client(store::NewClient client, store::Done<model::Client> done);
  void update_client(core::UserId user, core::ClientId id, store::ClientChange change, store::Done<model::Client> done);
  void elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until,
                      store::Done<void> done);
  void delete_client(core::UserId user, core::ClientId id, store::Done<void> done);
  // A client deletes itself. If it is already gone this succeeds, and still closes its streams.
  void end_session(core::UserId user, core::ClientId id, store::Done<void> done);
  // Tells which of these clients are in use.
  using InUse = std::function<std::vector<core::ClientId>(const std::vector<store::OwnedClient>&)>;
  // Deletes the clients that have expired by `now`, except those in use, whose last use this is; returns the number of
  // the deleted. Blocks: for the housekeeper. With several nodes, only those that expired at least kOthersLook ago: a
  // client may hold a stream on another node, which finds it expired at about the same time, and writes its last use.
  static constexpr std::chrono::seconds kOthersLook{10};
  core::Result<std::size_t> delete_expired_clients(core::WallTime now, const InUse& in_use);

  // As in store::Store, for the housekeeper. Takes no right away.
  core::Result<std::size_t> delete_old_events(core::WallTime now);

  // Updates the last use of clients, which takes no right away. Any thread, never blocks; false: not written because
  // the queue is full.
  bool touch_clients(std::vector<core::ClientId> ids, core::WallTime at);
  // As store::Store's, which takes no right away either.
  void forget_old_keys() { store_.forget_old_keys(); }

  // A node, perhaps this one, has committed a change: steps 2 to 4. Never blocks.
  void on_change(const model::AccountChange& change) override;
  void on_gap() override;

  // The store no longer has something of this user that the authenticator still remembers. Any thread, never blocks.
  void forget_stale(core::UserId user);
  // Closes the streams of a client if it is gone, those of Basic sessions if their password is, and either if the store
  // cannot tell: who still has the right reconnects. Worker threads.
  void recheck(const auth::Principal& principal);
  // Only closes streams: the client may reconnect. Any thread, never blocks.
  void disconnect(core::UserId user, core::ClientId client);

 private:
  using Kind = model::AccountChange::Kind;
  void announce(Kind kind, core::UserId user, core::ClientId client = {}, core::ApplicationId application = {});
  void added(Kind kind, core::UserId user, core::ClientId client = {}, core::ApplicationId application = {});
  void changed(Kind kind, core::UserId user, core::ClientId client = {}, core::ApplicationId application = {});
  void password_changed(core::UserId user);
  void gone(Kind kind, hub::Selection which);
  void close(hub::Selection which);
  void take_over(const model::AccountChange& change);
  // Tells the user's streams with events which list has changed.
  void show(const model::AccountChange& change);
  bool is_gone(const auth::Principal& principal);

  store::Store& store_;
  auth::Authenticator& authenticator_;
  delivery::Publisher& publisher_;
  StreamCheck* check_ = nullptr;  // constant after join()
};

}  // namespace push::api
