// The idempotency keys of the last ten minutes in memory, and the message that each stands for: how a store knows that
// it has a message already. A key belongs to an application. No lock: one thread's.
//
// Bounded: an application with more than its half loses its oldest; beyond the limit of all together, the application
// that has the most does. So a flood of keys costs no other application its own.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"

namespace push::store {

// mismatch: the key stands for another message, `first`.
core::Error other_content(core::MessageId first);

class RecentKeys {
 public:
  static constexpr std::chrono::minutes kLifetime{10};

  // What is stored under a key.
  struct First {
    core::MessageId message{};
    core::WallTime date;  // of the message
  };

  // most: keys of all applications together. `metrics` must outlive this.
  RecentKeys(std::size_t most, metrics::Registry& metrics);
  ~RecentKeys();
  RecentKeys(const RecentKeys&) = delete;
  RecentKeys& operator=(const RecentKeys&) = delete;

  // Empty: the key is new, or its time is over. mismatch: it stands for other content.
  core::Result<std::optional<First>> find(core::ApplicationId application, const IdempotencyKey& key,
                                          core::WallTime now) const;
  // A key that find() has not found. Until commit() or rollback() it belongs to the open transaction, and the limits do
  // not count.
  void add(core::ApplicationId application, const IdempotencyKey& key, First first, core::WallTime now);
  void commit();
  void rollback();
  // Forgets keys whose time is over, the oldest first, at most `most`.
  void expire(core::WallTime now, std::size_t most);
  void clear();

  std::size_t size() const { return items_.size(); }
  // When the time of the next key is over; the end of time if there is none.
  core::WallTime next_expiry() const;
  // The messages whose keys were forgotten, for a store that has them on disk, too. The caller empties it.
  std::vector<core::MessageId>& forgotten() { return forgotten_; }

 private:
  struct Name {
    core::ApplicationId application{};
    IdempotencyKey::Hash key{};
    bool operator==(const Name&) const = default;
  };
  // Under a random number of this process: senders choose their keys, so they could choose some that collide.
  struct HashOfName {
    std::uint64_t secret;
    std::size_t operator()(const Name& name) const noexcept;
  };
  struct Record;
  using Item = std::pair<const Name, Record>;
  struct Links {
    Item* older = nullptr;
    Item* newer = nullptr;
  };
  struct Record {
    IdempotencyKey::Hash content{};
    First first;
    core::WallTime at;  // never before that of an older one
    Links all;
    Links application;
  };
  // Items in the order in which they were added. Each is in two: that of all, and that of its application.
  struct Chain {
    Item* oldest = nullptr;
    Item* newest = nullptr;
    std::size_t size = 0;
  };

  static std::uint64_t random_odd();
  template <Links Record::*Link>
  static void append(Chain& chain, Item& item);
  template <Links Record::*Link>
  static void remove(Chain& chain, Item& item);
  void forget(Item& item);
  void erase(Item& item);
  void note_size(core::ApplicationId application, std::size_t before, std::size_t after);

  const std::size_t most_;
  metrics::Gauge& remembered_;
  metrics::Counter& dropped_;
  std::unordered_map<Name, Record, HashOfName> items_{0, HashOfName{random_odd()}};
  Chain all_;
  std::unordered_map<core::ApplicationId, Chain> chains_;        // none is empty
  std::set<std::pair<std::size_t, core::ApplicationId>> sizes_;  // of `chains_`
  std::size_t open_ = 0;                                         // the newest of all, of the open transaction
  std::vector<core::MessageId> forgotten_;
};

}  // namespace push::store
