// Connections of one user: the memory of the server, and the CPU time per delivery next to a loop of bare send()s.
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "benchmark/annex/scale.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/proc_memory.hpp"
#include "benchmark/support/raw_sender.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscriber_process.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

constexpr unsigned kMemorySteps = 19;
constexpr unsigned kDeliveries = 100'000;  // of each side, at each size, in each round
constexpr double kPatience = 60;
constexpr useconds_t kCalm = 300'000;  // after thousands of connections have gone

// 1, 4, 7 … 19 nineteenths of the maximum.
std::vector<unsigned> sizes_up_to(unsigned top) {
  std::vector<unsigned> sizes;
  for (unsigned step = 1; step <= kMemorySteps; step += 3) sizes.push_back(std::max(1U, top * step / kMemorySteps));
  return sizes;
}

struct Costs {
  unsigned connections = 0;
  std::vector<double> server;  // us of CPU per delivery, one per round
  std::vector<double> raw;
  std::vector<double> ratio;
};

class Connections {
 public:
  explicit Connections(const ScaleOptions& options)
      : size_(options.size),
        top_(options.connections),
        server_({.program = options.program,
                 .directory = options.dir,
                 .threads = options.threads != 0 ? options.threads : 1}),
        subscribers_({.port = server_.port(), .source_net = 50}) {
    for (const unsigned size : sizes_up_to(top_))
      costs_.push_back({.connections = size, .server = {}, .raw = {}, .ratio = {}});
  }

  // Before any message.
  Json memory() {
    const double empty = settled_pss_anon(server_.pid());
    Json points = Json::array();
    std::vector<Point> line;
    for (unsigned step = 1; step <= kMemorySteps; ++step) {
      const unsigned connections = std::max(step, top_ * step / kMemorySteps);
      subscribers_.open_up_to(connections);
      const double bytes = settled_pss_anon(server_.pid()) - empty;
      points.push_back({{"connections", connections}, {"user_bytes", bytes}});
      if (step > 1) line.push_back({static_cast<double>(connections), bytes});
    }
    go();
    return {{"empty_server_bytes", empty}, {"bytes_per_connection", slope(line)}, {"points", points}};
  }

  void round() {
    for (Costs& costs : costs_) {
      const unsigned messages = std::max(1U, kDeliveries / costs.connections);
      subscribers_.open_up_to(costs.connections, sequence_);
      const double server = measure_server(costs.connections, messages);
      const double raw = measure_raw(costs.connections, messages);
      costs.server.push_back(server);
      costs.raw.push_back(raw);
      costs.ratio.push_back(server / raw);
    }
    go();
  }

  Json figures() const {
    Json points = Json::array();
    for (const Costs& costs : costs_) {
      points.push_back({{"connections", costs.connections},
                        {"server_cpu_us_per_delivery", figure_of(costs.server)},
                        {"raw_send_cpu_us_per_delivery", figure_of(costs.raw)},
                        {"ratio", figure_of(costs.ratio)}});
    }
    return points;
  }

 private:
  void go() {
    subscribers_.drop_all();
    ::usleep(kCalm);
  }

  // One message in flight, so that no two frames share a write; the first message is not counted.
  template <class Cpu, class Send>
  static double measure(SubscriberProcess& subscribers, std::uint32_t& sequence, unsigned connections,
                        unsigned messages, Cpu cpu, Send send) {
    const auto one = [&] {
      subscribers.begin_await_sequence(++sequence);
      send(Stamp{.sent_ns = monotonic_ns(), .sequence = sequence, .user = 0});
      subscribers.end_await_sequence();
    };
    one();
    const std::uint64_t received = subscribers.take_summary().deliveries;
    const std::int64_t before = cpu();
    for (unsigned i = 0; i < messages; ++i) one();
    const auto spent = static_cast<double>(cpu() - before);
    const std::uint64_t deliveries = std::uint64_t{messages} * connections;
    if (subscribers.take_summary().deliveries - received != deliveries) fail("scale: deliveries do not add up");
    return spent / 1e3 / static_cast<double>(deliveries);
  }

  double measure_server(unsigned connections, unsigned messages) {
    PostPool poster(server_.port(), 1);
    return measure(
        subscribers_, sequence_, connections, messages, [&] { return server_.cpu_ns(); },
        [&](const Stamp& stamp) { post(poster, stamp); });
  }

  void post(PostPool& poster, const Stamp& stamp) const {
    poster.send(post_request(server_.port(), application_token(0), stamp_text(stamp, size_)), 0);
    for (const Deadline deadline(kPatience); !poster.has_free();) {
      if (deadline.passed()) fail("scale: a POST was not answered");
      poster.poll(1000, [](std::uint64_t, std::int64_t, const Response& response) {
        if (response.status != 200) fail("POST answered " + std::to_string(response.status));
      });
    }
  }

  double measure_raw(unsigned connections, unsigned messages) {
    std::string frame = subscribers_.last_frame();
    const RawSender sender(connections);
    SubscriberProcess subscribers({.port = sender.port(), .source_net = 51});
    subscribers.open_up_to(connections);
    sender.await_accepted();
    std::uint32_t sequence = 0;
    return measure(
        subscribers, sequence, connections, messages, [&] { return sender.cpu_ns(); },
        [&](const Stamp& stamp) {
          restamp(frame, stamp);
          sender.start(frame);
          sender.await_sent();
        });
  }

  std::size_t size_;
  unsigned top_;
  Server server_;
  SubscriberProcess subscribers_;
  std::uint32_t sequence_ = 0;
  std::vector<Costs> costs_;
};

}  // namespace

Json scale_connections(const ScaleOptions& options) {
  progress("scale connections, memory");
  Connections connections(options);
  Json result{{"memory", connections.memory()}};
  for (unsigned round = 0; round < options.rounds; ++round) {
    progress("scale connections, round " + std::to_string(round + 1) + " of " + std::to_string(options.rounds));
    connections.round();
  }
  result["points"] = connections.figures();
  Table table({"connections", "server CPU us/delivery", "raw send", "ratio"});
  for (const Json& point : result["points"]) {
    table.row({std::to_string(point["connections"].get<unsigned>()), spread(point["server_cpu_us_per_delivery"], 2),
               spread(point["raw_send_cpu_us_per_delivery"], 2), spread(point["ratio"], 3)});
  }
  table.print();
  std::printf("user bytes: a line of %s per connection above the empty server\n\n",
              decimal(result["memory"]["bytes_per_connection"].get<double>(), 1).c_str());
  return result;
}

}  // namespace push::bench
