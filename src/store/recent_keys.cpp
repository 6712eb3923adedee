#include "store/recent_keys.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "push/core/random.hpp"

namespace push::store {

core::Error other_content(core::MessageId first) {
  return core::failure(core::ErrorCode::mismatch,
                       "this Idempotency-Key was used for another message, id " + std::to_string(core::value(first)));
}

std::size_t RecentKeys::HashOfName::operator()(const Name& name) const noexcept {
  return (name.key[0] + core::value(name.application)) * secret + name.key[1];
}

std::uint64_t RecentKeys::random_odd() {
  std::uint64_t number = 0;
  const std::string bytes = core::random_bytes(sizeof(number));
  std::memcpy(&number, bytes.data(), sizeof(number));
  return number | 1U;
}

RecentKeys::RecentKeys(std::size_t most, metrics::Registry& metrics)
    : most_(most),
      remembered_(metrics.gauge("push_idempotency_keys", "Idempotency keys that are remembered.")),
      dropped_(metrics.counter("push_idempotency_keys_dropped_total",
                               "Idempotency keys forgotten before their ten minutes were over: too many.")) {}

RecentKeys::~RecentKeys() = default;

core::Result<std::optional<RecentKeys::First>> RecentKeys::find(core::ApplicationId application,
                                                                const IdempotencyKey& key, core::WallTime now) const {
  const auto found = items_.find({application, key.key});
  if (found == items_.end() || now - found->second.at >= kLifetime) return std::optional<First>();
  if (found->second.content != key.content) return other_content(found->second.first.message);
  return std::optional(found->second.first);
}

void RecentKeys::add(core::ApplicationId application, const IdempotencyKey& key, First first, core::WallTime now) {
  const Name name{application, key.key};
  if (const auto outdated = items_.find(name); outdated != items_.end()) forget(*outdated);
  if (all_.newest != nullptr) now = std::max(now, all_.newest->second.at);  // the clock may have been set back
  Item& item = *items_.try_emplace(name).first;
  item.second.content = key.content;
  item.second.first = first;
  item.second.at = now;
  append<&Record::all>(all_, item);
  Chain& chain = chains_[application];
  append<&Record::application>(chain, item);
  note_size(application, chain.size - 1, chain.size);
  ++open_;
}

void RecentKeys::commit() {
  open_ = 0;
  const auto over = [this] {
    if (items_.size() > most_) return true;
    return !sizes_.empty() && sizes_.rbegin()->first > most_ / 2;
  };
  while (over()) {
    dropped_.add();
    forget(*chains_.at(sizes_.rbegin()->second).oldest);
  }
  remembered_.set(static_cast<std::int64_t>(items_.size()));
}

void RecentKeys::rollback() {
  for (; open_ > 0; --open_) erase(*all_.newest);
  remembered_.set(static_cast<std::int64_t>(items_.size()));
}

void RecentKeys::expire(core::WallTime now, std::size_t most) {
  for (; most > 0 && items_.size() > open_ && next_expiry() <= now; --most) forget(*all_.oldest);
  remembered_.set(static_cast<std::int64_t>(items_.size()));
}

void RecentKeys::clear() {
  items_.clear();
  chains_.clear();
  sizes_.clear();
  all_ = {};
  open_ = 0;
  forgotten_.clear();
}

core::WallTime RecentKeys::next_expiry() const {
  return all_.oldest == nullptr ? core::WallTime::max() : all_.oldest->second.at + kLifetime;
}

template <RecentKeys::Links RecentKeys::Record::*Link>
void RecentKeys::append(Chain& chain, Item& item) {
  item.second.*Link = {chain.newest, nullptr};
  (chain.newest == nullptr ? chain.oldest : (chain.newest->second.*Link).newer) = &item;
  chain.newest = &item;
  ++chain.size;
}

template <RecentKeys::Links RecentKeys::Record::*Link>
void RecentKeys::remove(Chain& chain, Item& item) {
  const Links links = item.second.*Link;
  (links.older == nullptr ? chain.oldest : (links.older->second.*Link).newer) = links.newer;
  (links.newer == nullptr ? chain.newest : (links.newer->second.*Link).older) = links.older;
  --chain.size;
}

void RecentKeys::forget(Item& item) {
  forgotten_.push_back(item.second.first.message);
  erase(item);
}

void RecentKeys::erase(Item& item) {
  const core::ApplicationId application = item.first.application;
  remove<&Record::all>(all_, item);
  Chain& chain = chains_.at(application);
  remove<&Record::application>(chain, item);
  note_size(application, chain.size + 1, chain.size);
  if (chain.size == 0) chains_.erase(application);
  items_.erase(Name(item.first));  // a copy: it is looked at after the item is gone
}

void RecentKeys::note_size(core::ApplicationId application, std::size_t before, std::size_t after) {
  auto node = before == 0 ? decltype(sizes_)::node_type() : sizes_.extract({before, application});
  if (after == 0) return;
  if (node.empty()) {
    sizes_.emplace(after, application);
    return;
  }
  node.value() = {after, application};
  sizes_.insert(std::move(node));
}

}  // namespace push::store
