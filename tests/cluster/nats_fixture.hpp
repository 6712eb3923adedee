// Nodes on a NATS server of the test's own.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "cluster/fake_feed.hpp"
#include "cluster/recorder.hpp"
#include "push/cluster/open.hpp"
#include "support/nats_server.hpp"
#include "support/wait.hpp"

namespace push::test {

// Has a bus; started with start().
struct BusNode {
  BusNode(const std::string& url, const std::string& name, const std::string& cluster = "cluster-1")
      : feed(name, cluster) {
    config::Cluster settings;
    settings.bus = config::BusKind::nats;
    settings.nats.url = url;
    settings.nats.prefix = "push.test";
    bus = cluster::open(settings, feed, metrics).value();
  }
  ~BusNode() { bus->stop(); }

  void start() { bus->start(listener); }
  // Up, as its listener has heard.
  BusNode& joined() {
    start();
    EXPECT_TRUE(listener.wait_links("u")) << feed.node();
    return *this;
  }
  // The value of a metric with these labels, as printed; -1 if it is not there.
  long metric(const std::string& name) const {
    const std::string text = "\n" + metrics.text();
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stol(text.substr(at + name.size() + 2));
  }

  FakeFeed feed;
  metrics::Registry metrics;
  Recorder listener;
  std::unique_ptr<cluster::Bus> bus;
};

// With the ids id - 1 to id.
inline cluster::Batch numbered(std::uint64_t id, const std::string& json = "{}") {
  return batch(id - 1, id, {{id, json}});
}

}  // namespace push::test
