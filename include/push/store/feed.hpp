// What all nodes of a cluster have committed, in commit order: the other half of a store that several nodes share. A
// node keeps two positions in it (the newest message and the newest entry of the event log that it has delivered), and
// reads what is above them. Ids rise in commit order, so nothing ever appears below a position.
//
// Threads: any, unless a member says otherwise. Members that return a Result block on the database; unavailable: it
// cannot be reached.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/model/account_change.hpp"
#include "push/store/store.hpp"

namespace push::store {

// A row of the messages. The user is always set, so that it is known whose newest message it is.
struct FeedMessage {
  core::MessageId id{};
  core::ApplicationId application{};
  core::UserId user{};
  std::optional<model::Message> message;  // only if its content was requested
};

// An entry of the event log: an event for devices, or a change of an account.
struct LogEntry {
  core::EventId id{};
  core::MessageId head{};  // the newest message at that time: the entry is delivered after it
  std::variant<model::Event, model::AccountChange> what;
};

// Lasts until the database goes back to an earlier state. A client that names its epoch when it reconnects learns
// whether that has happened meanwhile.
struct Epoch {
  std::string name;
  Extent extent;  // the newest ids by then; everything committed later is above
};

// What a node reports about itself.
struct NodeStatus {
  core::MessageId applied{};
  std::size_t sockets = 0;
  bool draining = false;
};

// A node as the database knows it.
struct NodeRow {
  std::string name;
  std::string version;
  std::string bus;
  std::string epoch;  // the one it has joined; "" = none yet
  std::optional<core::WallTime> started;
  std::optional<core::WallTime> seen;  // by the database's clock
  std::chrono::milliseconds silent{};  // time since then
  bool alive = false;                  // it holds the lock of its name
  NodeStatus status;
  core::MessageId head{};  // the newest message in the database
};

// "live", "draining", "silent", "joining" or "gone".
std::string_view state_of(const NodeRow& node);

// Is notified by PostgreSQL of what the nodes, this one included, have committed. Called on the feed's own thread; must
// not block. A notification may be lost, duplicated or late.
class FeedListener {
 public:
  virtual ~FeedListener() = default;
  // A transaction of `node` has stored the messages above `previous` up to `last`.
  virtual void on_commit(const std::string& node, core::MessageId previous, core::MessageId last) = 0;
  // A transaction has written to the event log.
  virtual void on_log() = 0;
  // Whether notifications arrive.
  virtual void on_link(bool up) = 0;
};

class Feed {
 public:
  virtual ~Feed() = default;

  virtual const std::string& node() const = 0;     // this node's name, unique among live nodes
  virtual const std::string& cluster() const = 0;  // the database's random id

  // event: the newest entry still in the event log; 0: all have been removed by age.
  virtual core::Result<Extent> extent() = 0;

  // Calls `take` for up to `limit` messages above `after`, by id; it must not block. Only messages of `users` come with
  // their content (ascending; empty optional = all users). Messages of deleted applications are left out.
  struct Page {
    core::MessageId newest{};  // of all messages, deleted ones included, read in the same statement; below `after`: the
                               // database has gone back to an earlier state
    bool complete = false;     // everything up to `newest` was taken
  };
  using Take = core::Callback<void(FeedMessage)>;
  virtual core::Result<Page> messages_after(core::MessageId after, std::size_t limit,
                                            const std::optional<std::vector<core::UserId>>& users, Take take) = 0;
  // Up to `limit` entries of the event log above `after`, by id.
  virtual core::Result<std::vector<LogEntry>> log_after(core::EventId after, std::size_t limit) = 0;

  // Joins the epoch of the other live nodes, or begins one if none of them has joined any. By main, once, when the node
  // already follows everything that is committed from then on. Waits some seconds for nodes that have just lost their
  // sessions.
  virtual core::Result<Epoch> join_epoch() = 0;
  // The database has gone back to an earlier state: begins a new epoch, or joins the one that another node has begun
  // since `known`.
  virtual core::Result<Epoch> renew_epoch(const std::string& known) = 0;

  // From now on the node writes its status to the database once per second; until then it counts as joining. `status`
  // is called on a thread of the feed's own; must not block.
  virtual void report(core::Callback<NodeStatus()> status) = 0;

  // Notifications, until stop_listening() returns. One listener at a time, which outlives that call.
  virtual void listen(FeedListener& listener) = 0;
  virtual void stop_listening() = 0;
};

}  // namespace push::store
