// What all nodes have committed, read from the tables, and this node's epoch, row and lease.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "push/metrics/registry.hpp"
#include "push/store/feed.hpp"
#include "store/postgres/database.hpp"
#include "store/postgres/heartbeat.hpp"
#include "store/postgres/listener.hpp"
#include "store/postgres/reader_pool.hpp"
#include "store/postgres/session.hpp"
#include "store/writer.hpp"

namespace push::store::postgres {

class Feed final : public store::Feed {
 public:
  // Everything must outlive this. `session` is the writer's.
  Feed(const ConnectionString& where, Session& session, const Database& database, ReaderPool& readers, Writer& writer,
       Heartbeat& heartbeat, metrics::Registry& metrics);

  const std::string& node() const override { return session_.node(); }
  const std::string& cluster() const override { return cluster_; }

  core::Result<Extent> extent() override;
  core::Result<Page> messages_after(core::MessageId after, std::size_t limit,
                                    const std::optional<std::vector<core::UserId>>& users, Take take) override;
  core::Result<std::vector<LogEntry>> log_after(core::EventId after, std::size_t limit) override;

  // ---- epochs (epochs.cpp)
  core::Result<Epoch> join_epoch() override;
  core::Result<Epoch> renew_epoch(const std::string& known) override;

  void report(core::Callback<NodeStatus()> status) override;
  void listen(FeedListener& listener) override { listener_.start(listener); }
  void stop_listening() override { listener_.stop(); }

 private:
  // Waits for nodes that were in the newest epoch a moment ago, and may be about to take its lock again.
  core::Result<void> wait_for_others();
  core::Result<Epoch> enter_epoch(const std::string& left);
  core::Result<std::optional<Epoch>> try_to_enter(const std::string& left);

  Session& session_;
  const std::string cluster_;
  ReaderPool& readers_;
  Writer& writer_;
  Heartbeat& heartbeat_;
  Listener listener_;
};

}  // namespace push::store::postgres
