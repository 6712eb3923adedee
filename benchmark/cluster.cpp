// cluster: several servers on one PostgreSQL database. How long a message takes to a subscriber of the same server and
// of another one; how many POSTs per second one, two and three of them store; and what a message costs a server that
// has nobody who listens for it.
#include <poll.h>

#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "benchmark/pacing.hpp"
#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/nodes.hpp"
#include "benchmark/support/stamp.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct ClusterOptions : CommonOptions {
  ClusterOptions() : CommonOptions{.threads = 0, .rounds = 5} {}
  unsigned seconds = 3;  // per round
  unsigned rate = 1000;  // POSTs per second where time is measured
  unsigned posters = 64;
  Words buses{"nats", "postgres"};
  Words cases{"latency", "posts"};
};

constexpr std::size_t kMost = 3;  // nodes
constexpr unsigned kUsers = 4;    // 1 listens where it posts, 2 elsewhere, 0 nowhere

struct Beside {
  test::PrivatePostgres& postgres;
  const NatsServer& nats;
};

// ---- one message after another on a schedule

Json figures_of(const Histogram& histogram) {
  return {{"count", histogram.count()},
          {"p50_us", histogram.quantile_us(0.5)},
          {"p99_us", histogram.quantile_us(0.99)},
          {"max_us", histogram.max_us()}};
}

double cpu_of(const Server& server, const std::function<void()>& work) {
  const std::int64_t before = server.cpu_ns();
  work();
  return static_cast<double>(server.cpu_ns() - before);
}

// Two nodes with a subscriber each on the first and the second; the third only follows.
Json measure_latency(const ClusterOptions& options, Beside beside, const std::string& bus, Table& times) {
  Nodes nodes(options, beside.postgres, beside.nats, kMost, bus, kUsers);
  const auto plan = [&](std::uint16_t stream_port, unsigned user) {
    return PacingPlan{nodes[0].port(), stream_port, 40 + user, user, options.rate, options.size};
  };
  Pacing same(plan(nodes[0].port(), 1));
  Pacing other(plan(nodes[1].port(), 2));
  same.warm_up();
  other.warm_up();
  const std::uint32_t count = options.rate * options.seconds;
  double busy_ns = 0;
  double idle_ns = 0;
  for (unsigned round = 0; round < options.rounds; ++round) {
    progress("cluster, " + bus + ", " + std::to_string(options.rate) + "/s, round " + std::to_string(round + 1) +
             " of " + std::to_string(options.rounds));
    busy_ns += cpu_of(nodes[2], [&] { same.run(count); });
    busy_ns += cpu_of(nodes[2], [&] { other.run(count); });
    idle_ns += 2 * cpu_of(nodes[2], [&] { ::usleep(options.seconds * 1'000'000); });
  }
  const double per_message_us = (busy_ns - idle_ns) / 1e3 / (2.0 * count * options.rounds);
  add_row(times, bus + ", same node", same.deliveries());
  add_row(times, bus + ", another node", other.deliveries());
  return {{"bus", bus},
          {"same_node", figures_of(same.deliveries())},
          {"another_node", figures_of(other.deliveries())},
          {"generator_late", figures_of(other.late())},
          {"us_per_message_without_listeners", per_message_us}};
}

// ---- as many as they take

// Posters who share the nodes; each sends the next message when the last one was answered.
class Load {
 public:
  Load(Nodes& nodes, unsigned posters, std::size_t size) : nodes_(nodes), posters_(posters), size_(size) {}

  // POSTs per second.
  double round(double seconds) {
    std::vector<std::unique_ptr<PostPool>> pools;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const std::size_t share = posters_ / nodes_.size() + (i < posters_ % nodes_.size() ? 1 : 0);
      pools.push_back(std::make_unique<PostPool>(nodes_[i].port(), share));
    }
    std::size_t answered = 0;
    const std::int64_t start = monotonic_ns();
    const auto end = start + static_cast<std::int64_t>(seconds * 1e9);
    std::int64_t last = start;
    const auto on_answer = [&](std::uint64_t, std::int64_t, const Response& response) {
      if (response.status != 200) fail("POST answered " + std::to_string(response.status));
      last = monotonic_ns();
      ++answered;
    };
    const Deadline deadline(seconds + 30);
    for (bool sending = true, waiting = true; sending || waiting; sending = monotonic_ns() < end) {
      if (deadline.passed()) fail("POSTs were not answered");
      waiting = false;
      for (std::size_t i = 0; i < pools.size(); ++i) {
        while (sending && pools[i]->has_free()) send(*pools[i], nodes_[i].port());
        pools[i]->poll(0, on_answer);
        waiting = waiting || pools[i]->in_flight() > 0;
      }
      if (waiting) wait(pools);
    }
    acknowledged_ += answered;
    return static_cast<double>(answered) * 1e9 / static_cast<double>(last - start);
  }

  void check() const {
    const std::uint64_t stored = nodes_.stored();
    if (stored != acknowledged_)
      fail(std::to_string(acknowledged_) + " messages were acknowledged, " + std::to_string(stored) + " are stored");
  }

  std::size_t nodes() const { return nodes_.size(); }

 private:
  void send(PostPool& pool, std::uint16_t port) {
    ++sequence_;
    pool.send(post_request(port, application_token(0), stamp_text({monotonic_ns(), sequence_, 0}, size_)), sequence_);
  }

  static void wait(const std::vector<std::unique_ptr<PostPool>>& pools) {
    std::vector<pollfd> entries;
    for (const auto& pool : pools) entries.push_back({.fd = pool->epoll_fd(), .events = POLLIN, .revents = 0});
    must(::poll(entries.data(), entries.size(), 100), "poll");
  }

  Nodes& nodes_;
  unsigned posters_;
  std::size_t size_;
  std::uint32_t sequence_ = 0;
  std::uint64_t acknowledged_ = 0;
};

// Clusters of one, two and three nodes, each with a database of its own, take turns; those whose turn it is not are
// idle.
Json measure_posts(const ClusterOptions& options, Beside beside, Table& rates) {
  struct Cluster {
    std::string name;
    std::unique_ptr<Nodes> nodes;
    std::unique_ptr<Load> load;
    std::vector<double> per_second{};
    std::vector<double> ratios{};
    double server_cpus = 0;
  };
  std::vector<Cluster> all;
  const auto add = [&](std::size_t count, const std::string& bus) {
    auto nodes = std::make_unique<Nodes>(options, beside.postgres, beside.nats, count, bus, kUsers);
    auto load = std::make_unique<Load>(*nodes, options.posters, options.size);
    all.push_back(
        {std::to_string(count) + (count == 1 ? " node, " : " nodes, ") + bus, std::move(nodes), std::move(load)});
  };
  add(1, "none");
  for (const std::string& bus : options.buses) {
    for (std::size_t count = 2; count <= kMost; ++count) add(count, bus);
  }
  for (Cluster& cluster : all) cluster.load->round(0.5);
  for (unsigned round = 0; round < options.rounds; ++round) {
    for (Cluster& cluster : all) {
      progress("cluster, " + cluster.name + ", round " + std::to_string(round + 1) + " of " +
               std::to_string(options.rounds));
      const std::int64_t before = cluster.nodes->cpu_ns();
      const std::int64_t start = monotonic_ns();
      cluster.per_second.push_back(cluster.load->round(options.seconds));
      cluster.server_cpus += static_cast<double>(cluster.nodes->cpu_ns() - before) /
                             static_cast<double>(monotonic_ns() - start) / options.rounds;
      cluster.ratios.push_back(cluster.per_second.back() / all.front().per_second.back());
    }
  }
  Json found = Json::array();
  for (const Cluster& cluster : all) {
    cluster.load->check();
    rates.row({cluster.name, decimal(median(cluster.per_second), 0), decimal(median(cluster.ratios), 2),
               decimal(cluster.server_cpus, 2)});
    found.push_back({{"name", cluster.name},
                     {"posts_per_second", median(cluster.per_second)},
                     {"of_one_node", median(cluster.ratios)},
                     {"rounds", cluster.per_second},
                     {"server_cpus", cluster.server_cpus}});
  }
  return found;
}

Json run_cluster(const ClusterOptions& options) {
  if (options.rate == 0 || options.posters < kMost) fail("--rate must not be 0, nor --posters below 3");
  test::PrivatePostgres postgres({{"shared_buffers", "128MB"}, {"max_connections", "300"}});
  disk_folder(postgres.folder());
  const NatsServer nats;
  Json result{{"rate", options.rate}, {"posters", options.posters}, {"threads", options.threads}};
  if (contains(options.cases, "latency")) {
    Table times({"POST -> delivery", "count", "p50 us", "p90 us", "p99 us", "max us"});
    Table costs({"bus", "CPU us per message, a node without listeners"});
    for (const std::string& bus : options.buses) {
      result["latency"].push_back(measure_latency(options, {postgres, nats}, bus, times));
      costs.row({bus, decimal(result["latency"].back()["us_per_message_without_listeners"].get<double>(), 1)});
    }
    times.print();
    costs.print();
  }
  if (contains(options.cases, "posts")) {
    Table rates({std::to_string(options.posters) + " posters", "POST/s", "of one node", "CPUs of the nodes"});
    result["posts"] = measure_posts(options, {postgres, nats}, rates);
    rates.print();
  }
  return result;
}

void bind(Flags& flags, ClusterOptions& options) {
  flags.add("--seconds", options.seconds, "length of a round");
  flags.add("--rate", options.rate, "POSTs per second where times are measured");
  flags.add("--posters", options.posters, "connections of the posters, over all nodes");
  flags.choose("--buses", options.buses, "between the nodes");
  flags.choose("--cases", options.cases, "what is measured");
}

}  // namespace

Scenario cluster_scenario() {
  return scenario("cluster",
                  "several servers on one PostgreSQL database: deliveries between them, and POSTs per second", bind,
                  run_cluster, false);
}

}  // namespace push::bench
