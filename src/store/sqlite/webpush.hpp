// Web Push on SQLite.
#pragma once
#include "push/config/config.hpp"
#include "push/store/webpush.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/writer.hpp"

namespace push::store::sqlite {

// As part of the change that deletes the client.
core::Result<void> forget_webpush(Database& database, core::ClientId client);

class WebPush final : public store::WebPush {
 public:
  // Both outlive this.
  WebPush(Writer& writer, ReaderPool& readers) : writer_(writer), readers_(readers) {}

  core::Result<std::optional<WebPushKeys>> find_keys() override;
  core::Result<WebPushKeys> keep_keys(const WebPushKeys& keys) override;
  core::Result<std::optional<WebPushSubscription>> find_subscription(core::ClientId client) override;
  void put_subscription(WebPushSubscription subscription, core::Callback<void(core::Result<void>)> done) override;
  void delete_subscription(core::ClientId client, core::Callback<void(core::Result<void>)> done) override;
  bool sends_for_all() const override { return true; }
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
};

// As store::read_webpush_keys and store::replace_webpush_keys (webpush_keys.cpp).
core::Result<WebPushKeys> read_webpush_keys(const config::Database& database);
core::Result<void> replace_webpush_keys(const config::Database& database, const WebPushKeys& keys);

}  // namespace push::store::sqlite
