// What all nodes of a database have committed, in the order of commits: the other half of a store that several nodes
// share. A node keeps a position in it (the newest message, and the newest entry of the log, that it has handed out),
// and reads what is above. Ids rise in commit order, so nothing ever appears below a position.
//
// Threads: any, unless a member says otherwise; those that return a Result block on the database. unavailable: it
// cannot be reached.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/model/account_change.hpp"
#include "push/store/store.hpp"

namespace push::store {

// A row of the messages. Its owner is always there, so that it is known whose newest message it is.
struct FeedMessage {
  core::MessageId id{};
  core::ApplicationId application{};
  core::UserId user{};
  std::optional<model::Message> message;  // only if its content was asked for
};

// An entry of the log: what devices hear of, or a change of an account.
struct LogEntry {
  core::EventId id{};
  core::MessageId head{};  // the newest message when it was written: it is handed out after that one
  std::variant<model::Event, model::AccountChange> what;
};

// Runs from an id to the next renewal. A client that names it when it comes back is told if the database has gone back
// meanwhile.
struct Epoch {
  std::string name;
  Extent extent;  // how far the database has come; nothing that is committed later is at or below it
};

// What a node tells of itself.
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
  std::string epoch;  // that it has joined; "" = it has not
  std::optional<core::WallTime> started;
  std::optional<core::WallTime> seen;  // by the database's clock
  std::chrono::milliseconds silent{};  // since then
  bool alive = false;                  // it holds its name
  NodeStatus status;
  core::MessageId head{};  // of the database, for `behind`
};

// Hears of what other nodes (and this one) have committed, as PostgreSQL says it. On the feed's own thread; must not
// block. A wake-up may be lost, repeated and late.
class FeedListener {
 public:
  virtual ~FeedListener() = default;
  // A transaction of `node` has stored the messages above `previous` up to `last`.
  virtual void on_commit(const std::string& node, core::MessageId previous, core::MessageId last) = 0;
  // A transaction has written to the log.
  virtual void on_log() = 0;
  // Wake-ups arrive (again), or do not.
  virtual void on_link(bool up) = 0;
};

class Feed {
 public:
  virtual ~Feed() = default;

  virtual const std::string& node() const = 0;     // this one's name; no other live node has it
  virtual const std::string& cluster() const = 0;  // the database's random id

  // event: the newest entry that is in the log; 0: all have been removed by age.
  virtual core::Result<Extent> extent() = 0;

  // Calls `take` for the messages above `after`, by id, at most `limit`; it must not block. Content only of those of
  // `users` (ascending; empty optional = of all). Messages whose application is gone are left out.
  struct Page {
    core::MessageId newest{};  // of all, read in the same statement, even if it is deleted; below `after`: the database
                               // has gone back
    bool complete = false;     // everything up to `newest` was taken
  };
  using Take = core::Callback<void(FeedMessage)>;
  virtual core::Result<Page> messages_after(core::MessageId after, std::size_t limit,
                                            const std::optional<std::vector<core::UserId>>& users, Take take) = 0;
  // The entries of the log above `after`, by id, at most `limit`.
  virtual core::Result<std::vector<LogEntry>> log_after(core::EventId after, std::size_t limit) = 0;

  // Joins the epoch of the other live nodes, or begins one if there is none who has joined. By main, once, when
  // everything that is committed from then on is followed. Waits some seconds for nodes that have just lost their
  // sessions.
  virtual core::Result<Epoch> join_epoch() = 0;
  // The database has gone back: begins a new epoch, unless another node has begun one since `known`; then that one.
  virtual core::Result<Epoch> renew_epoch(const std::string& known) = 0;

  // From then on once per second the database is told how this node is. `status`: on a thread of the feed's own, must
  // not block. Before that the node counts as joining.
  virtual void report(core::Callback<NodeStatus()> status) = 0;

  // Wake-ups, until stop_listening() returns. One listener at a time, which outlives that.
  virtual void listen(FeedListener& listener) = 0;
  virtual void stop_listening() = 0;
};

}  // namespace push::store
