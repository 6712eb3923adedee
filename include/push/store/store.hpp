// Save and find. One abstract Store, so that the rooms above never know which database is below.
//
// Threads: find_* and list_* may be called from any worker thread; they block on the disk, never on the writer.
// Changes may be made on any thread and never block: they are queued, committed by the writer thread, many per
// transaction, and answered by callback. Each succeeds or fails on its own. The messages of an application are
// committed in the order in which they were queued, and so are the other changes of a user. The purge thread deletes
// large numbers of messages in slices.
//
// Errors: unavailable (queue full, disk full, I/O error, database locked: nothing was saved, nor will it be found after
// a crash), internal (it is not known whether it was saved), not_found, conflict (the reason is Error::conflict, the
// text is Gotify's), invalid (a value that no store can hold). "Owned" changes also name the user: another user's
// application, client or message is not_found.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/result.hpp"
#include "push/model/entities.hpp"
#include "push/model/event.hpp"

namespace push::store {

// What a sender's Idempotency-Key stands for. Both are hashes that do not change from one run of the server to the
// next: of the key, and of what the sender has given of the message.
struct IdempotencyKey {
  using Hash = std::array<std::uint64_t, 2>;
  Hash key{};
  Hash content{};
};

// A message on its way in: everything but the id.
struct NewMessage {
  core::ApplicationId application{};
  std::string message;
  std::string title;
  std::int64_t priority = 0;
  std::string extras;
  core::WallTime date;
  core::UserId user{};  // owner of the application, as authentication found it; not stored
  std::optional<IdempotencyKey> idempotency{};
};

// A message as it is stored.
struct StoredMessage : model::Message {
  bool replayed = false;  // by an earlier append() with the same idempotency key; this one has stored nothing
};

struct NewApplication {
  core::UserId user{};
  std::string token;
  std::string name;
  std::string description;
  std::int64_t default_priority = 0;
  std::string sort_key;  // empty = after the user's greatest (protocol 7.4)
  std::size_t most = 0;  // applications that the user may have, 0 = any number; forbidden if it has them
};

struct NewClient {
  core::UserId user{};
  std::string token;
  std::string name;
  std::uint64_t expires_after_inactivity_seconds = 0;
  std::optional<core::WallTime> elevated_until{};
  std::size_t most = 0;  // clients that the user may have, 0 = any number; forbidden if it has them
};

struct NewUser {
  std::string name;
  std::string pass_hash;
  bool admin = false;
};

// PUT /application/:id: everything but an empty sort key replaces what was there.
struct ApplicationChange {
  std::string name;
  std::string description;
  std::int64_t default_priority = 0;
  std::string sort_key;  // empty = as it was
};

struct ClientChange {
  std::string name;
  std::optional<std::uint64_t> expires_after_inactivity_seconds;  // empty = as it was
};

struct UserChange {
  std::string name;
  bool admin = false;
  std::string pass_hash;  // empty = as it was
};

// How long an application keeps its messages: until they are `days` old, and the newest `count` of them. 0 = for ever;
// empty = as the store is configured.
struct Retention {
  std::optional<std::uint64_t> days;   // 0..kMaxRetentionDays
  std::optional<std::uint64_t> count;  // 0..kMaxRetentionCount
  bool operator==(const Retention&) const = default;
};
inline constexpr std::uint64_t kMaxRetentionDays = 36'500;
inline constexpr std::uint64_t kMaxRetentionCount = 1'000'000'000;

// The application as it is now, and its previous image file if nothing refers to it any more ("" = none).
struct ImageChange {
  model::Application application;
  std::string former_image;
};

// As an upper end: all messages.
inline constexpr core::MessageId kEveryMessage{std::numeric_limits<std::int64_t>::max()};

// A client and its owner.
struct OwnedClient {
  core::UserId user{};
  core::ClientId client{};
};

// A page of messages: ids strictly below `since` (0 = from the newest), newest first, at most `limit`.
struct PageRequest {
  std::uint64_t since = 0;
  std::uint64_t limit = 100;
};

// A part of a user's log of events, as it was at one moment.
struct EventPage {
  std::vector<model::Event> events;  // by id
  // Nothing of the user's above `complete_from` has been removed from the log: who knows all up to that id, or any
  // later one, misses nothing. 0 = nothing has ever been removed.
  core::EventId complete_from{};
  core::EventId newest{};  // the greatest id given so far, to whichever user: a cursor above it is of another database
};

// The greatest ids that a store has given, to whichever user.
struct Extent {
  core::MessageId message{};
  core::EventId event{};
  bool operator==(const Extent&) const = default;
};

// A transaction with messages, in a store that several nodes share.
struct Commit {
  // The newest id before it, of any node; empty: unknown.
  std::optional<core::MessageId> previous;
  core::MessageId last{};  // its own newest id
};

// Hears of every event that this store writes.
class EventListener {
 public:
  virtual ~EventListener() = default;
  // Only from a store with a feed(), on the writer's thread; must not block. After all messages of the transaction have
  // been answered; if they are answered in parts, after each part.
  virtual void on_commit(const Commit& /*commit*/) {}
  // The same, after the answer to a change that has written to the event log (an event, or a change of an account).
  virtual void on_log() {}
  // On the writer's thread, once per event, by ascending id: after the commit, before the change that it is part of is
  // answered, and after the answers of all messages and changes before that one. Must not block.
  virtual void on_event(const model::Event& event) = 0;
};

// The reading half. Handlers get only this: changes go through api's accounts, because they may take away rights.
// Any worker thread; blocks on the disk, never on the writer.
struct NodeRow;  // push/store/feed.hpp

class Finder {
 public:
  virtual ~Finder() = default;

  virtual core::Result<std::optional<model::User>> find_user(core::UserId id) = 0;
  virtual core::Result<std::optional<model::User>> find_user_by_name(std::string_view name) = 0;
  virtual core::Result<std::optional<model::Application>> find_application(core::ApplicationId id) = 0;
  virtual core::Result<std::optional<model::Application>> find_application_by_token(std::string_view token) = 0;
  // Expired clients are invisible (protocol 1.7), by the clock that the store was opened with.
  virtual core::Result<std::optional<model::Client>> find_client(core::ClientId id) = 0;
  virtual core::Result<std::optional<model::Client>> find_client_by_token(std::string_view token) = 0;
  virtual core::Result<bool> has_users() = 0;
  virtual core::Result<std::vector<model::User>> list_users() = 0;  // by id
  // Lists that one user can make long are never whole in memory: they call `take` for each row in turn, until it
  // returns false. It must not block, and must not call the store.
  template <class Row>
  using Take = core::Callback<bool(const Row&)>;
  virtual core::Result<void> list_applications(core::UserId user,
                                               Take<model::Application> take) = 0;           // by sort key, id
  virtual core::Result<void> list_clients(core::UserId user, Take<model::Client> take) = 0;  // by id
  // The clients that have expired by `now`. Cheap when there are none.
  virtual core::Result<std::vector<OwnedClient>> find_expired_clients(core::WallTime now) = 0;
  // Messages whose application is gone are invisible.
  virtual core::Result<std::optional<model::Message>> find_message(core::MessageId id) = 0;
  virtual core::Result<void> list_messages(core::UserId user, PageRequest page, Take<model::Message> take) = 0;
  virtual core::Result<void> list_messages(core::ApplicationId application, PageRequest page,
                                           Take<model::Message> take) = 0;
  // The messages after a cursor, of all of the user's applications: ids strictly above `after`, ascending, until
  // `take` returns false. Costs as much as a page, however many messages other users have.
  virtual core::Result<void> list_messages_after(core::UserId owner, core::MessageId after,
                                                 Take<model::Message> take) = 0;
  // How many these are, or `most` if they are more.
  virtual core::Result<std::uint64_t> count_messages_after(core::UserId owner, core::MessageId after,
                                                           std::uint64_t most) = 0;
  // The greatest id that a message of any user ever had, even if it is deleted; 0 = there was none.
  virtual core::Result<core::MessageId> newest_message() = 0;
  // The events of a user above the id `after`, at most `limit` (0 = only where the log stands). Events are kept for 7
  // days (delete_old_events), and of each user the newest kMaxEvents; each names at most kMaxEventIds messages.
  virtual core::Result<EventPage> events_after(core::UserId user, core::EventId after, std::size_t limit) = 0;
  // At most kMaxReadIds ids.
  virtual core::Result<model::ReadMarks> find_read_marks(core::UserId user) = 0;
  // The application's own rule; both empty: it has none.
  virtual core::Result<Retention> find_retention(core::ApplicationId application) = 0;
  // The highest id of this user's messages that retention has deleted, 0 = none. What a user deletes does not count.
  virtual core::Result<core::MessageId> retention_floor(core::UserId user) = 0;
  // How far the store had come at the end of an epoch (begin_epoch). Empty: an epoch of another database, one that
  // began after this one was copied, or more than kMaxEpochs ago. The present one has no end: everything.
  virtual core::Result<std::optional<Extent>> find_epoch(std::string_view name) = 0;
  // Whether the database holds the applications' pictures as well. Then several servers show the same ones, and the
  // folder of each holds copies. Any thread, never blocks.
  virtual bool keeps_pictures() const { return false; }
  virtual core::Result<std::optional<std::string>> find_picture(std::string_view) {
    return std::optional<std::string>();
  }
  // Bytes that the database occupies.
  virtual core::Result<std::uint64_t> disk_bytes() = 0;
  // The servers that share the database, by name; none of a store that only one server uses.
  virtual core::Result<std::vector<NodeRow>> list_nodes() = 0;
  // Whether the database is in its place and sound, as the store's own threads found it within the last second. Any
  // thread, even a loop: never blocks. unavailable: what is wrong.
  virtual core::Result<void> ping() = 0;
};

// Receives the outcome of a change, exactly once and after the commit, on the writer thread: must not block there. If
// the change cannot be queued it is called with unavailable before the call returns, on the caller's thread.
template <class T>
using Done = core::Callback<void(core::Result<T>)>;

class Feed;
class WebPush;

class Store : public Finder {
 public:
  // What all nodes have committed; null unless several nodes share this store. Lives as long as the store.
  virtual Feed* feed() { return nullptr; }
  // Lives as long as the store.
  virtual WebPush& webpush() = 0;

  // Called exactly once on the writer thread: after the commit, in id order, with the stored message; or with the
  // reason why nothing was stored (not_found: the application is gone; mismatch: its idempotency key stands for other
  // content). Must not block.
  using Appended = core::Callback<void(core::Result<StoredMessage>)>;

  // ---- the message path
  // A message whose idempotency key the application has used within the last ten minutes (by the clock that the store
  // was opened with) is not stored again: the outcome is the first one. If that has been deleted since, its title and
  // priority are those of `message`. The key is stored in the same transaction as its message; an append that failed
  // leaves no key. How many keys are remembered: config database.idempotencykeys.
  // unavailable: the queue is full or the store is stopping, and `done` will not be called.
  virtual core::Result<void> append(NewMessage message, Appended done) = 0;
  // Forgets some of the idempotency keys whose ten minutes are over, in the background; nothing to do costs nothing.
  // Call it about once per second. Any thread, never blocks.
  virtual void forget_old_keys() = 0;

  // ---- create
  // Conflict: name.
  virtual void create_user(NewUser user, Done<model::User> done) = 0;
  // not_found: the user is gone. Conflicts: token, sort_key.
  virtual void create_application(NewApplication application, Done<model::Application> done) = 0;
  // not_found: the user is gone. Conflict: token.
  virtual void create_client(NewClient client, Done<model::Client> done) = 0;

  // ---- change, owned
  // Conflict: sort_key.
  virtual void update_application(core::UserId user, core::ApplicationId id, ApplicationChange change,
                                  Done<model::Application> done) = 0;
  // Conflict: token.
  virtual void set_application_token(core::UserId user, core::ApplicationId id, std::string token,
                                     Done<model::Application> done) = 0;
  // image "" = the default picture.
  virtual void set_application_image(core::UserId user, core::ApplicationId id, std::string image,
                                     Done<ImageChange> done) = 0;
  // Only if the store keeps_pictures(): before the application names it. It is kept as long as one does.
  virtual void keep_picture(std::string_view, std::string_view, Done<void> done) { done({}); }
  // Both empty: the application has no rule of its own any more. In force once `done` is called: nothing is deleted
  // after that which the rule keeps. What it does not keep is deleted soon, in slices.
  virtual void set_retention(core::UserId user, core::ApplicationId id, Retention rule, Done<void> done) = 0;
  // A change of the expiry recomputes expires_at from the last use (or the creation).
  virtual void update_client(core::UserId user, core::ClientId id, ClientChange change, Done<model::Client> done) = 0;
  // until empty = no longer elevated.
  virtual void elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until,
                              Done<void> done) = 0;

  // ---- change, by administrators
  // Conflicts: name, last_admin.
  virtual void update_user(core::UserId id, UserChange change, Done<model::User> done) = 0;
  virtual void set_password(core::UserId id, std::string pass_hash, Done<void> done) = 0;

  // ---- the last use of tokens (protocol 2.6), and with it the expiry of clients. A use counts even if the client has
  // expired meanwhile. Neither time ever moves back. Any thread, never blocks, does not report the outcome. False: the
  // queue is full, and nothing will be written.
  virtual bool touch_application(core::ApplicationId id, core::WallTime at) = 0;
  virtual bool touch_clients(std::vector<core::ClientId> ids, core::WallTime at) = 0;

  // ---- read marks, which never move back. What they change is an event, written in the same transaction.
  // Messages that come later stay unread, however great `up_to` is.
  virtual void mark_read_up_to(core::UserId user, core::MessageId up_to, Done<void> done) = 0;
  // At most kMaxMarkedIds. Ids of another user's messages, or of none, change nothing: one of them may
  // have been deleted by another device a moment ago.
  virtual void mark_read(core::UserId user, std::vector<core::MessageId> ids, Done<void> done) = 0;

  // ---- events
  // By main, before the first change; the listener outlives drain().
  virtual void set_event_listener(EventListener& listener) = 0;
  // Removes events that are older than 7 days at `now` from the log, the oldest first and only some; returns their
  // number. Blocks until that is committed: for the housekeeper. Cheap when there are none.
  virtual core::Result<std::size_t> delete_old_events(core::WallTime now) = 0;

  // ---- delete. Messages that are deleted while their user exists are an event, written in the same transaction.
  virtual void delete_message(core::UserId user, core::MessageId id, Done<void> done) = 0;
  // Those of these messages that are the user's, at most kMaxEventIds, in one transaction and with one event. The
  // outcome is their number: ids of another user's messages, or of none, change nothing.
  virtual void delete_listed(core::UserId user, std::vector<core::MessageId> ids, Done<std::size_t> done) = 0;
  // The messages up to `up_to` that exist at the time of the call; in slices, so a failure may leave the older ones
  // deleted. The first slice writes the event for all of them. Never blocks: `done` is called once, on the purge
  // thread. unavailable: too many purges are queued, and `done` will not be called.
  using Purged = core::Callback<void(core::Result<void>)>;
  virtual core::Result<void> delete_messages(core::UserId user, core::MessageId up_to, Purged done) = 0;
  virtual core::Result<void> delete_messages(core::ApplicationId application, core::MessageId up_to, Purged done) = 0;
  // The application is gone when this is done; its messages (invisible from then on) are deleted in slices, after a
  // restart if need be, but the event for all of them is written now. The outcome is the image file that nothing refers
  // to any more, "" = none. Conflict: internal.
  virtual void delete_application(core::UserId user, core::ApplicationId id, Done<std::string> done) = 0;
  virtual void delete_client(core::UserId user, core::ClientId id, Done<void> done) = 0;
  // Deletes those of these clients that have expired by `now` and returns them. Blocks until that is committed.
  virtual core::Result<std::vector<OwnedClient>> delete_expired_clients(std::vector<OwnedClient> clients,
                                                                        core::WallTime now) = 0;
  // With applications, clients and plugin settings; messages as in delete_application. The outcome is the image files
  // that nothing refers to any more. Conflict: last_admin.
  virtual void delete_user(core::UserId id, Done<std::vector<std::string>> done) = 0;

  // ---- lifetime (main)
  // Begins an epoch, which lasts until the next call on this database, and returns its random name. Before the first
  // change. Blocks on the disk; if that fails the name is unknown later.
  static constexpr std::size_t kMaxEpochs = 1000;
  virtual std::string begin_epoch() = 0;
  // Refuses new changes, commits what is queued, calls every callback, stops the writer. Finder methods still work.
  // Idempotent.
  virtual void drain() = 0;
};

}  // namespace push::store
