// What Web Push keeps in the database, once for all nodes: the key pair of the server, the browsers that have
// subscribed, and how far their pushes have come.
//
// Threads: any; members that return a Result block on the database, changes with `done` as those of Store.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/clock.hpp"
#include "push/core/ids.hpp"
#include "push/core/result.hpp"
#include "push/model/entities.hpp"

namespace push::store {

// In base64url.
struct WebPushKeys {
  std::string private_key;
  std::string public_key;
  std::string subject;  // who to write to about the server's pushes; "" = none is configured
  bool operator==(const WebPushKeys&) const = default;
};

// A browser that wants pushes. It goes when its client goes.
struct WebPushSubscription {
  core::ClientId client{};
  core::UserId user{};
  std::string endpoint;  // of its push service; who knows it may push, so it is a secret
  std::string p256dh;    // base64url, as is auth
  std::string auth;
  std::int64_t min_priority = 0;
  std::vector<core::ApplicationId> apps;  // empty = all
  std::optional<core::WallTime> muted_until;
};

// The push service has refused for now: the messages above `sent` are sent when it takes them.
struct WebPushDelay {
  core::MessageId sent{};
  core::WallTime retry_at{};
  std::uint64_t tries = 0;
};

// As the sender knows it.
struct WebPushTarget {
  WebPushSubscription subscription;
  core::MessageId after{};  // the newest message when it subscribed: it gets later ones
  std::optional<WebPushDelay> delay;
};

struct WebPushMessage {
  core::UserId user{};
  model::Message message;
};

class WebPush {
 public:
  virtual ~WebPush() = default;

  // ---- the key pair
  virtual core::Result<std::optional<WebPushKeys>> find_keys() = 0;
  // Stores them if there are none yet, and the subject if it is not empty; returns what is stored then.
  virtual core::Result<WebPushKeys> keep_keys(const WebPushKeys& keys) = 0;

  // ---- subscriptions, at most one of a client
  virtual core::Result<std::optional<WebPushSubscription>> find_subscription(core::ClientId client) = 0;
  // Takes the place of the client's former one, and takes over the endpoint from whichever client had it. not_found:
  // the client is gone.
  virtual void put_subscription(WebPushSubscription subscription, core::Callback<void(core::Result<void>)> done) = 0;
  // Whether there was one is not reported.
  virtual void delete_subscription(core::ClientId client, core::Callback<void(core::Result<void>)> done) = 0;

  // ---- for the sender. It runs on the node that holds the lease.
  virtual bool sends_for_all() const = 0;  // never blocks
  // Everything up to it has been sent, or noted as delayed. Empty: nothing has ever been sent.
  virtual core::Result<std::optional<core::MessageId>> find_cursor() = 0;
  virtual core::Result<void> move_cursor(core::MessageId to) = 0;
  // The next cursor will begin anew.
  virtual core::Result<void> forget_cursor() = 0;
  // Removes subscriptions whose client another program has deleted.
  virtual core::Result<void> forget_orphans() = 0;
  virtual core::Result<std::uint64_t> count_subscriptions() = 0;
  // Up to `limit` messages above `after` and up to `to`, by id, of the users who have subscriptions. `take` must not
  // block, nor call the store.
  using Take = core::Callback<void(WebPushMessage)>;
  virtual core::Result<void> list_messages(core::MessageId after, core::MessageId to, std::size_t limit, Take take) = 0;
  virtual core::Result<std::vector<WebPushTarget>> targets_of(core::UserId user) = 0;
  // Up to `limit` targets whose delay ends by `now`, those that have waited longest first.
  virtual core::Result<std::vector<WebPushTarget>> delayed(core::WallTime now, std::size_t limit) = 0;
  // Of this client's subscription, if it still has the endpoint. Empty: it is not delayed.
  virtual core::Result<void> set_delay(const WebPushSubscription& subscription,
                                       const std::optional<WebPushDelay>& delay) = 0;
  // The browser is gone. One that has subscribed anew, with other keys, stays.
  virtual core::Result<void> remove(const WebPushSubscription& subscription) = 0;
};

}  // namespace push::store
