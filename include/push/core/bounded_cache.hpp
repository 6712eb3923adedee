// A map of bounded size that keeps at least the most recently used half. Two generations: a look-up moves its entry to
// the young one; when that is full, the old one (unused since the last swap) is dropped and the young one becomes the
// old. Dropped entries are freed a few per call, because the caller may be a loop. No lock of its own.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace push::core {

// Texts are looked up by view.
template <class Key>
struct CacheKey {
  using View = Key;
};
template <>
struct CacheKey<std::string> {
  using View = std::string_view;
};

template <class Key, class Value>
class BoundedCache {
 public:
  // limit 0: stores nothing.
  explicit BoundedCache(std::size_t limit) : half_((limit + 1) / 2) {}

  using View = typename CacheKey<Key>::View;

  // Null if unknown. Does not allocate; the pointer is valid until the next call.
  Value* find(View key) {
    if (const auto found = young_.find(key); found != young_.end()) return &found->second;
    const auto found = old_.find(key);
    if (found == old_.end()) return nullptr;
    auto node = old_.extract(found);
    make_room();
    return &young_.insert(std::move(node)).position->second;
  }

  void insert(View key, Value value) {
    if (half_ == 0) return;
    erase(key);
    make_room();
    young_.emplace(Key(key), std::move(value));
  }

  void erase(View key) {
    if (const auto found = young_.find(key); found != young_.end()) young_.erase(found);
    if (const auto found = old_.find(key); found != old_.end()) old_.erase(found);
  }

  std::size_t size() const { return young_.size() + old_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(View key) const { return std::hash<View>()(key); }
  };
  using Map = std::unordered_map<Key, Value, Hash, std::equal_to<>>;

  // Called for each entry added to the young generation, so the dropped one is freed before the young one is full
  // again.
  void make_room() {
    for (int i = 0; i < 2 && !dropped_.empty(); ++i) dropped_.erase(dropped_.begin());
    if (young_.size() < half_) return;
    dropped_ = std::move(old_);
    old_ = std::move(young_);
    young_ = Map();
    young_.reserve(half_);
  }

  std::size_t half_;
  Map young_;
  Map old_;
  Map dropped_;
};

}  // namespace push::core
