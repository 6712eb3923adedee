// What was committed before: which message a user's newest is, and the messages after a cursor, for streams that come
// back. Remembers the newest message of recent users, so that a stream that missed nothing costs no read.
//
// Pages are read by the pool's replay threads. Streams of one user that ask for the same page before it is read share
// one read.
#pragma once
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "push/core/bounded_cache.hpp"
#include "push/core/mutex.hpp"
#include "push/core/worker_pool.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"
#include "push/stream/archive.hpp"

namespace push::delivery {

class History final : public stream::Archive {
 public:
  static constexpr std::size_t kUsers = 65536;  // whose newest message is remembered; about 100 bytes each

  // limit: messages that one stream may have missed (config `server.stream.resumelimit`). newest: the store's
  // newest_message(), before anything is published. All outlive this.
  History(store::Finder& store, core::WorkerPool& workers, metrics::Registry& metrics, std::size_t limit,
          core::MessageId newest);

  // ---- Publisher, on the thread that commits, in the order of ids.
  void note_stored(core::UserId user, core::MessageId id);  // before it is relayed
  void note_relayed(core::MessageId id);                    // after

  // ---- how a stream stands that has seen everything up to `seen`
  struct Standing {
    core::MessageId head{};  // the user's newest message
    bool complete = false;   // what it has missed can be sent: none of it is gone, and it is not too much
  };
  // From memory; any thread, never blocks. Empty: ask find_standing.
  std::optional<Standing> recall_standing(core::UserId user, core::MessageId seen);
  // The newest message of all users.
  core::MessageId newest() const { return core::MessageId{stored_.load(std::memory_order_acquire)}; }
  // A worker; blocks on the disk.
  core::Result<Standing> find_standing(core::UserId user, core::MessageId seen);

  // ---- stream::Archive
  bool is_current(core::UserId user, core::MessageId after) override;
  core::MessageId relayed() const override { return core::MessageId{relayed_.load(std::memory_order_acquire)}; }
  void read(core::UserId user, core::MessageId after, Done done) override;

 private:
  struct Head {
    core::MessageId id{};
    bool known = false;  // false: being looked up, and raised by what is committed meanwhile
  };
  struct Key {
    core::UserId user;
    core::MessageId after;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const {
      return std::hash<std::uint64_t>()(core::value(key.user) * 0x9e3779b97f4a7c15U ^ core::value(key.after));
    }
  };
  using Waiting = boost::unordered_flat_map<Key, std::vector<Done>, KeyHash>;

  std::optional<core::MessageId> recall_head(core::UserId user);
  core::Result<core::MessageId> find_head(core::UserId user);
  core::Result<stream::Page> read_page(const Key& key);
  std::vector<Done> take_waiting(const Key& key);

  store::Finder& store_;
  core::WorkerPool& workers_;
  const std::size_t limit_;
  metrics::Counter& pages_;
  std::atomic<std::uint64_t> stored_;
  std::atomic<std::uint64_t> relayed_;

  core::Mutex mutex_;
  core::BoundedCache<core::UserId, Head> heads_ PUSH_GUARDED_BY(mutex_){kUsers};
  Waiting waiting_ PUSH_GUARDED_BY(mutex_);  // pages that are not being read yet; bounded by the streams
  std::atomic<bool> has_heads_{false};       // until the first stream that resumes, publishing takes no lock
};

}  // namespace push::delivery
