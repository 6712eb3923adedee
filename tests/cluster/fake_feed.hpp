// A feed that only has names, and says what a test makes it say.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "push/store/feed.hpp"

namespace push::test {

class FakeFeed final : public store::Feed {
 public:
  explicit FakeFeed(std::string node, std::string cluster = "cluster-1")
      : node_(std::move(node)), cluster_(std::move(cluster)) {}

  store::FeedListener* listener = nullptr;

  const std::string& node() const override { return node_; }
  const std::string& cluster() const override { return cluster_; }
  void listen(store::FeedListener& one) override { listener = &one; }
  void stop_listening() override { listener = nullptr; }

  core::Result<store::Extent> extent() override { return store::Extent(); }
  core::Result<Page> messages_after(core::MessageId, std::size_t, const std::optional<std::vector<core::UserId>>&,
                                    Take) override {
    return Page();
  }
  core::Result<std::vector<store::LogEntry>> log_after(core::EventId, std::size_t) override {
    return std::vector<store::LogEntry>();
  }
  core::Result<store::Epoch> join_epoch() override { return store::Epoch(); }
  core::Result<store::Epoch> renew_epoch(const std::string&) override { return store::Epoch(); }
  void report(core::Callback<store::NodeStatus()>) override {}

 private:
  const std::string node_;
  const std::string cluster_;
};

}  // namespace push::test
