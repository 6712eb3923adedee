// What was committed before: what a user's newest message and event are, how far retention went, and what follows a
// cursor, for streams that come back. Remembers both ends of recent users, so that a stream that missed nothing costs
// no read.
//
// Pages are read by the pool's replay threads. Streams of one user that ask for the same page before it is read share
// one read.
#pragma once
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "push/core/bounded_cache.hpp"
#include "push/core/mutex.hpp"
#include "push/core/worker_pool.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/feed.hpp"
#include "push/store/store.hpp"
#include "push/stream/archive.hpp"

namespace push::delivery {

class History final : public stream::Archive {
 public:
  static constexpr std::size_t kUsers = 65536;      // whose ends are remembered
  static constexpr std::size_t kPageEvents = 1000;  // on one page
  static constexpr std::size_t kEpochs = 256;       // whose end is remembered

  // limit: messages that one stream may have missed (config `server.stream.resumelimit`). The others outlive this.
  History(store::Finder& store, core::WorkerPool& workers, metrics::Registry& metrics, std::size_t limit);
  // Learns how far the store has come. By main, before the first stream, and when everything that is committed from
  // then on is noted here. epoch: as begun by the store. Blocks on the disk.
  core::Result<void> start(std::string epoch);
  // The same, called by a Follower. Also when the database has gone back to an earlier state: forgets everything; the
  // caller must end every stream that is open or opening, because its cursor has lost its meaning.
  void restart(const store::Epoch& epoch);

  // ---- Publisher or Follower, one call at a time, in the order of commits. Only what is certainly in the store: pages
  // end there.
  void note_stored(core::UserId user, const stream::Cursor& at);  // before it is relayed; an event as well
  void note_stored(const stream::Message& message) { note_stored(message.user(), message.at()); }
  void note_relayed(const stream::Message& message) { relayed_.raise(message.at()); }  // after
  // Everything up to here has been relayed, even if all of it is deleted.
  void note_passed(const stream::Cursor& at);
  // It is not known whether a message of the user was stored: the next stream that comes back asks the store.
  void forget(core::UserId user);

  // ---- how a stream stands that has seen everything up to `seen`; `epoch`: in which it came that far, "" = not known
  struct Standing {
    core::MessageId head{};  // the user's newest message, which may be deleted
    // What it has missed can be sent: neither retention nor age has deleted any of it, and it is not too much. What the
    // user has deleted is not missed.
    bool complete = false;
  };
  // From memory; any thread, never blocks. Empty: ask find_standing.
  std::optional<Standing> recall_standing(core::UserId user, const stream::Cursor& seen, const std::string& epoch = {});
  // A worker; blocks on the disk.
  core::Result<Standing> find_standing(core::UserId user, const stream::Cursor& seen, const std::string& epoch = {});
  // The present one. A client that names it when it comes back is told if the database was restored meanwhile.
  std::string epoch() const;
  // How often the epoch was renewed. Any thread, no lock.
  std::uint64_t restarts() const { return restarts_.load(std::memory_order_acquire); }
  // The newest message, and the newest event, of all users.
  stream::Cursor newest() const;

  // ---- stream::Archive
  bool is_current(core::UserId user, const stream::Cursor& after) override;
  stream::Cursor relayed() const override;
  void read(core::UserId user, const stream::Cursor& after, Done done) override;

 private:
  struct Ends {
    stream::Cursor head{{}, {}};  // nothing of the user's is above it; its event may be another user's
    core::MessageId floor{};      // at least up to here retention has deleted some (store::Finder::retention_floor)
    bool known = false;           // false: being looked up, and raised by what is committed meanwhile
  };
  struct Key {
    core::UserId user;
    stream::Cursor after;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      const std::uint64_t number = core::value(key.after.message) ^ core::value(key.after.event) << 32U;
      return std::hash<std::uint64_t>()(core::value(key.user) * 0x9e3779b97f4a7c15U ^ number);
    }
  };
  using Waiting = boost::unordered_flat_map<Key, std::vector<Done>, KeyHash>;

  // A cursor in two atomics; each part only rises, except by set().
  struct SharedCursor {
    void raise(const stream::Cursor& to);
    void set(const stream::Cursor& to);
    stream::Cursor load() const;
    std::atomic<std::uint64_t> message = 0;
    std::atomic<std::uint64_t> event = 0;
  };

  using End = std::optional<store::Extent>;  // of an epoch; empty: it is unknown
  static bool lies_within(const stream::Cursor& seen, const End& end);
  std::optional<End> recall_end(const std::string& epoch);
  core::Result<End> find_end(const std::string& epoch);
  std::optional<Ends> recall_ends(core::UserId user);
  core::Result<Ends> find_ends(core::UserId user);
  Ends note(core::UserId user, const Ends& found);
  void raise_floor(core::UserId user, core::MessageId floor);
  core::Result<bool> is_stored(const stream::Cursor& seen);
  core::Result<bool> is_complete(core::UserId user, const stream::Cursor& seen);
  core::Result<stream::Page> read_page(const Key& key);
  core::Result<bool> read_events(const Key& key, stream::Page& page);
  std::vector<Done> take_waiting(const Key& key);

  store::Finder& store_;
  core::WorkerPool& workers_;
  const std::size_t limit_;
  metrics::Counter& looked_up_;
  metrics::Counter& pages_;
  SharedCursor stored_;
  SharedCursor relayed_;
  std::atomic<std::uint64_t> restarts_ = 0;

  mutable core::Mutex mutex_;
  std::string epoch_ PUSH_GUARDED_BY(mutex_);
  core::BoundedCache<core::UserId, Ends> ends_ PUSH_GUARDED_BY(mutex_){kUsers};
  core::BoundedCache<std::string, End> epochs_ PUSH_GUARDED_BY(mutex_){kEpochs};
  Waiting waiting_ PUSH_GUARDED_BY(mutex_);  // pages that are not being read yet; bounded by the streams
  std::atomic<bool> remembers_{false};       // until the first stream that resumes, publishing takes no lock
};

}  // namespace push::delivery
