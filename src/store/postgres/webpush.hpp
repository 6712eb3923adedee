// Web Push on PostgreSQL.
#pragma once
#include <functional>
#include <utility>

#include "push/config/config.hpp"
#include "push/store/webpush.hpp"
#include "store/postgres/reader_pool.hpp"
#include "store/postgres/transaction.hpp"
#include "store/writer.hpp"

namespace push::store::postgres {

// As part of the change that deletes the client.
void forget_webpush(Transaction& transaction, core::ClientId client);

class WebPush final : public store::WebPush {
 public:
  // Both outlive this. `holds_lease`: whether this node does what one does for all; never blocks.
  WebPush(Writer& writer, ReaderPool& readers, std::function<bool()> holds_lease)
      : writer_(writer), readers_(readers), holds_lease_(std::move(holds_lease)) {}

  core::Result<std::optional<WebPushKeys>> find_keys() override;
  core::Result<WebPushKeys> keep_keys(const WebPushKeys& keys) override;
  core::Result<std::optional<WebPushSubscription>> find_subscription(core::ClientId client) override;
  void put_subscription(WebPushSubscription subscription, core::Callback<void(core::Result<void>)> done) override;
  void delete_subscription(core::ClientId client, core::Callback<void(core::Result<void>)> done) override;
  bool sends_for_all() const override { return holds_lease_(); }
  core::Result<std::optional<core::MessageId>> find_cursor() override;
  core::Result<void> move_cursor(core::MessageId to) override;
  core::Result<void> forget_cursor() override;
  core::Result<void> forget_orphans() override;
  core::Result<std::uint64_t> count_subscriptions() override;
  core::Result<void> list_messages(core::MessageId after, core::MessageId to, std::size_t limit, Take take) override;
  core::Result<std::vector<WebPushTarget>> targets_of(core::UserId user) override;
  core::Result<std::vector<WebPushTarget>> delayed(core::WallTime now, std::size_t limit) override;
  core::Result<void> set_delay(const WebPushSubscription& subscription,
                               const std::optional<WebPushDelay>& delay) override;
  core::Result<void> remove(const WebPushSubscription& subscription) override;

 private:
  Writer& writer_;
  ReaderPool& readers_;
  const std::function<bool()> holds_lease_;
};

// As store::read_webpush_keys and store::replace_webpush_keys (webpush_keys.cpp).
core::Result<WebPushKeys> read_webpush_keys(const config::Database& database);
core::Result<void> replace_webpush_keys(const config::Database& database, const WebPushKeys& keys);

}  // namespace push::store::postgres
