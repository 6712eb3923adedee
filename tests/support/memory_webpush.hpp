// Web Push of the store in memory (memory_store.hpp). Any thread, as long as none changes the rows of the store.
#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "push/store/webpush.hpp"
#include "store/rules.hpp"

namespace push::test {

class MemoryWebPush final : public store::WebPush {
 public:
  struct Of {
    std::function<bool(core::ClientId, core::UserId)> has_client;
    std::function<bool(core::ClientId)> has_client_of_any;
    std::function<core::MessageId()> newest;
    std::function<void(const std::function<void(core::UserId, const model::Message&)>&)> each_message;
  };
  explicit MemoryWebPush(Of store) : store_(std::move(store)) {}

  std::atomic<bool> holds_lease = true;

  core::Result<std::optional<store::WebPushKeys>> find_keys() override {
    const std::lock_guard lock(mutex_);
    return keys_;
  }
  core::Result<store::WebPushKeys> keep_keys(const store::WebPushKeys& keys) override {
    const std::lock_guard lock(mutex_);
    if (!keys_) keys_ = keys;
    if (!keys.subject.empty()) keys_->subject = keys.subject;
    return *keys_;
  }
  core::Result<std::optional<store::WebPushSubscription>> find_subscription(core::ClientId client) override {
    const std::lock_guard lock(mutex_);
    for (const store::WebPushTarget& row : rows()) {
      if (row.subscription.client == client) return std::optional(row.subscription);
    }
    return std::optional<store::WebPushSubscription>();
  }
  void put_subscription(store::WebPushSubscription wanted, core::Callback<void(core::Result<void>)> done) override {
    const std::lock_guard lock(mutex_);
    if (!store_.has_client(wanted.client, wanted.user)) return done(store::gone("client"));
    store::WebPushTarget target{std::move(wanted), store_.newest(), {}};
    for (const store::WebPushTarget& row : rows()) {
      if (row.subscription.endpoint != target.subscription.endpoint) continue;
      if (row.subscription.user != target.subscription.user) continue;
      target.after = row.after;
      target.delay = row.delay;
    }
    std::erase_if(rows_, [&](const store::WebPushTarget& row) {
      return row.subscription.client == target.subscription.client ||
             row.subscription.endpoint == target.subscription.endpoint;
    });
    rows_.push_back(std::move(target));
    done({});
  }
  void delete_subscription(core::ClientId client, core::Callback<void(core::Result<void>)> done) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(rows_, [client](const store::WebPushTarget& row) { return row.subscription.client == client; });
    done({});
  }
  bool sends_for_all() const override { return holds_lease; }
  core::Result<std::optional<core::MessageId>> find_cursor() override {
    const std::lock_guard lock(mutex_);
    return cursor_;
  }
  core::Result<void> move_cursor(core::MessageId to) override {
    const std::lock_guard lock(mutex_);
    cursor_ = to;
    return {};
  }
  core::Result<void> forget_cursor() override {
    const std::lock_guard lock(mutex_);
    cursor_.reset();
    return {};
  }
  core::Result<void> forget_orphans() override {
    const std::lock_guard lock(mutex_);
    rows();
    return {};
  }
  core::Result<std::uint64_t> count_subscriptions() override {
    const std::lock_guard lock(mutex_);
    return rows().size();
  }
  core::Result<void> list_messages(core::MessageId after, core::MessageId to, std::size_t limit, Take take) override {
    const std::lock_guard lock(mutex_);
    store_.each_message([&](core::UserId user, const model::Message& message) {
      const bool wanted = message.id > after && message.id <= to && limit > 0;
      if (!wanted || of(user).empty()) return;
      --limit;
      take({user, message});
    });
    return {};
  }
  core::Result<std::vector<store::WebPushTarget>> targets_of(core::UserId user) override {
    const std::lock_guard lock(mutex_);
    return of(user);
  }
  core::Result<std::vector<store::WebPushTarget>> delayed(core::WallTime now, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<store::WebPushTarget> due;
    for (const store::WebPushTarget& row : rows()) {
      if (row.delay && row.delay->retry_at <= now) due.push_back(row);
    }
    std::sort(due.begin(), due.end(), [](const store::WebPushTarget& a, const store::WebPushTarget& b) {
      return a.delay->retry_at < b.delay->retry_at;
    });
    if (due.size() > limit) due.resize(limit);
    return due;
  }
  core::Result<void> set_delay(const store::WebPushSubscription& subscription,
                               const std::optional<store::WebPushDelay>& delay) override {
    const std::lock_guard lock(mutex_);
    for (store::WebPushTarget& row : rows_) {
      const store::WebPushSubscription& own = row.subscription;
      if (own.endpoint == subscription.endpoint && own.client == subscription.client) row.delay = delay;
    }
    return {};
  }
  core::Result<void> remove(const store::WebPushSubscription& subscription) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(rows_, [&](const store::WebPushTarget& row) { return is(row, subscription); });
    return {};
  }

 private:
  static bool is(const store::WebPushTarget& row, const store::WebPushSubscription& subscription) {
    const store::WebPushSubscription& own = row.subscription;
    return own.endpoint == subscription.endpoint && own.client == subscription.client &&
           own.p256dh == subscription.p256dh;
  }
  // Without those whose client is gone.
  const std::vector<store::WebPushTarget>& rows() {
    std::erase_if(
        rows_, [this](const store::WebPushTarget& row) { return !store_.has_client_of_any(row.subscription.client); });
    return rows_;
  }
  std::vector<store::WebPushTarget> of(core::UserId user) {
    std::vector<store::WebPushTarget> own;
    for (const store::WebPushTarget& row : rows()) {
      if (row.subscription.user == user) own.push_back(row);
    }
    std::sort(own.begin(), own.end(), [](const store::WebPushTarget& a, const store::WebPushTarget& b) {
      return a.subscription.client < b.subscription.client;
    });
    return own;
  }

  const Of store_;
  std::recursive_mutex mutex_;
  std::optional<store::WebPushKeys> keys_;
  std::optional<core::MessageId> cursor_;
  std::vector<store::WebPushTarget> rows_;
};

}  // namespace push::test
