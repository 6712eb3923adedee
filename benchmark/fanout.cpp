// fanout: one message to many subscribers of one user, against a loop of bare send() calls in the same run.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "raw_sender.hpp"
#include "scenarios.hpp"
#include "support/check.hpp"
#include "support/clock.hpp"
#include "support/names.hpp"
#include "support/post_pool.hpp"
#include "support/server.hpp"
#include "support/stamp.hpp"
#include "support/stats.hpp"
#include "support/subscriber_process.hpp"
#include "support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

constexpr unsigned kDefaultConnections = 10'000;
constexpr unsigned kDefaultRounds = 10;
constexpr unsigned kServersNet = 31;  // 127.0.32.*: of one loop, 127.0.33.*: of two

struct Round {
  double cpu_us = 0;         // of the sender, per delivery
  double client_cpu_us = 0;  // of the subscribers, per delivery
  double per_second = 0;     // deliveries, from the first POST to the last receipt
};

// One of the two sides: who sends, who listens.
class Side {
 public:
  Side(SubscriberPlan plan, unsigned connections) : connections_(connections), subscribers_(plan) {}
  virtual ~Side() = default;

  void connect() { subscribers_.open_up_to(connections_); }
  virtual std::int64_t cpu() const = 0;
  // Sends the next message and returns when the sender has done its part.
  virtual void send(const Stamp& stamp) = 0;

  Round round(unsigned messages, bool keep) {
    if (!keep) subscribers_.take_summary();
    const std::int64_t cpu_before = cpu();
    const std::int64_t client_before = subscribers_.cpu_ns();
    const std::int64_t start = monotonic_ns();
    for (unsigned i = 0; i < messages; ++i) {
      subscribers_.begin_await_sequence(++sequence_);
      send({.sent_ns = monotonic_ns(), .sequence = sequence_, .user = 0});
      subscribers_.end_await_sequence();  // one message in flight, so that no two frames share a write
    }
    const auto deliveries = static_cast<double>(messages) * connections_;
    Round result{.cpu_us = static_cast<double>(cpu() - cpu_before) / 1e3 / deliveries,
                 .client_cpu_us = static_cast<double>(subscribers_.cpu_ns() - client_before) / 1e3 / deliveries,
                 .per_second = deliveries * 1e9 / static_cast<double>(monotonic_ns() - start)};
    const auto summary = subscribers_.take_summary();
    if (summary.deliveries != std::uint64_t{sequence_} * connections_) fail("deliveries do not add up");
    if (keep) {
      rounds_.push_back(result);
      latencies_.add(summary.latencies);
    }
    return result;
  }

  Json figures() const {
    std::vector<double> cpu_us;
    std::vector<double> client_us;
    std::vector<double> rates;
    for (const Round& round : rounds_) {
      cpu_us.push_back(round.cpu_us);
      client_us.push_back(round.client_cpu_us);
      rates.push_back(round.per_second);
    }
    return {{"cpu_us_per_delivery", median(cpu_us)},
            {"cpu_us_rounds", cpu_us},
            {"deliveries_per_second", median(rates)},
            {"deliveries_per_sender_cpu_second", 1e6 / median(cpu_us)},
            {"subscriber_cpu_us_per_delivery", median(client_us)},
            {"subscriber_cpu_share", median(client_us) * median(rates) / 1e6},
            {"sender_cpu_share", median(cpu_us) * median(rates) / 1e6},
            {"deliveries", latencies_.count()},
            {"p50_us", latencies_.quantile_us(0.5)},
            {"p99_us", latencies_.quantile_us(0.99)},
            {"max_us", latencies_.max_us()}};
  }

  const std::vector<Round>& rounds() const { return rounds_; }

 protected:
  unsigned connections_;
  SubscriberProcess subscribers_;

 private:
  std::uint32_t sequence_ = 0;
  std::vector<Round> rounds_;
  Histogram latencies_;
};

class ServerSide : public Side {
 public:
  ServerSide(const Server& server, const Options& options, unsigned connections, unsigned source_net)
      : Side({.port = server.port(), .source_net = source_net, .patient = true}, connections),
        server_(server),
        size_(options.size),
        poster_(server.port(), 1) {}

  std::int64_t cpu() const override { return server_.cpu_ns(); }

  void send(const Stamp& stamp) override {
    poster_.send(post_request(server_.port(), application_token(0), stamp_text(stamp, size_)), 0);
    bool answered = false;
    for (const Deadline deadline(60); !answered;) {
      if (deadline.passed()) fail("a POST was not answered");
      poster_.poll(1000, [&](std::uint64_t, std::int64_t, const Response& response) {
        if (response.status != 200) fail("POST answered " + std::to_string(response.status));
        answered = true;
      });
    }
  }

  std::string last_frame() { return subscribers_.last_frame(); }

 private:
  const Server& server_;
  std::size_t size_;
  PostPool poster_;
};

class RawSide : public Side {
 public:
  explicit RawSide(const RawSender& sender, unsigned connections)
      : Side({.port = sender.port(), .source_net = 31, .patient = true}, connections), sender_(sender) {}

  void use_frame(std::string frame) { frame_ = std::move(frame); }
  std::int64_t cpu() const override { return sender_.cpu_ns(); }

  void send(const Stamp& stamp) override {
    restamp(frame_, stamp);
    sender_.start(frame_);
    sender_.await_sent();
  }

 private:
  const RawSender& sender_;
  std::string frame_;
};

void print_side(Table& table, const std::string& name, const Json& figures) {
  const auto text = [&](const char* key, int places) { return decimal(figures[key].get<double>(), places); };
  table.row({name, text("cpu_us_per_delivery", 2), text("deliveries_per_second", 0),
             text("deliveries_per_sender_cpu_second", 0), text("p50_us", 0), text("p99_us", 0), text("max_us", 0),
             text("sender_cpu_share", 2), text("subscriber_cpu_share", 2)});
}

// A server with so many loops and its subscribers.
struct Contender {
  Contender(const Options& options, unsigned loops, unsigned connections)
      : threads(loops),
        server({.program = options.program, .directory = options.dir, .threads = loops}),
        side(server, options, connections, kServersNet + loops) {
    side.connect();
    side.round(2, false);
  }

  Json figures(const Side& raw) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < raw.rounds().size(); ++i) {
      ratios.push_back(side.rounds()[i].cpu_us / raw.rounds()[i].cpu_us);
    }
    return {{"threads", threads}, {"server", side.figures()}, {"raw_send", raw.figures()},
            {"ratios", ratios},   {"ratio", median(ratios)},  {"frame_bytes", side.last_frame().size()}};
  }

  unsigned threads;
  Server server;
  ServerSide side;
};

// What two loops hand out in a CPU-second each, against one loop in one.
// A loop that sleeps while the other does all the work would make two loops look as good as one.
double smallest_share_of_a_loop(const Server& server) {
  const std::vector<std::int64_t> loops = thread_cpu_ns(server.pid(), "loop");
  const auto all = std::accumulate(loops.begin(), loops.end(), std::int64_t{0});
  const double share = static_cast<double>(*std::min_element(loops.begin(), loops.end())) / static_cast<double>(all);
  if (loops.size() != 2 || share < 0.35) fail("one of two loops has done " + decimal(share, 2) + " of the work");
  return share;
}

Json two_against_one(const Side& one, const Side& two) {
  std::vector<double> factors;
  for (std::size_t i = 0; i < one.rounds().size(); ++i) {
    factors.push_back(2 * one.rounds()[i].cpu_us / two.rounds()[i].cpu_us);
  }
  return {{"factors", factors}, {"factor", median(factors)}};
}

}  // namespace

nlohmann::json run_fanout(const Options& options) {
  const unsigned connections = options.connections != 0 ? options.connections : kDefaultConnections;
  const unsigned rounds = options.rounds != 0 ? options.rounds : kDefaultRounds;
  const RawSender sender(connections);
  RawSide raw(sender, connections);
  raw.connect();
  sender.await_accepted();
  std::vector<std::unique_ptr<Contender>> contenders;
  for (const unsigned threads :
       options.threads != 0 ? std::vector<unsigned>{options.threads} : std::vector<unsigned>{1, 2}) {
    contenders.push_back(std::make_unique<Contender>(options, threads, connections));
  }
  raw.use_frame(contenders.front()->side.last_frame());
  raw.round(2, false);
  std::vector<Side*> turns{&raw};
  for (const auto& contender : contenders) turns.push_back(&contender->side);
  for (unsigned round = 1; round <= rounds; ++round) {
    progress("fanout, round " + std::to_string(round) + " of " + std::to_string(rounds));
    for (Side* side : turns) side->round(options.messages, true);
    std::reverse(turns.begin(), turns.end());  // nobody always comes after the same one
  }

  Json all{{"connections", connections}, {"messages_a_round", options.messages}};
  Table table({"fanout", "CPU us/delivery", "deliveries/s", "per CPU-second", "p50 us", "p99 us", "max us",
               "sender CPUs", "subscriber CPUs"});
  print_side(table, "raw send", raw.figures());
  std::string verdict;
  for (const auto& contender : contenders) {
    const std::string name = "threads " + std::to_string(contender->threads);
    const Json figures = contender->figures(raw);
    print_side(table, name, figures["server"]);
    verdict += name + ": server / raw send = " + decimal(figures["ratio"].get<double>(), 3) + " (must be <= 1.25)\n";
    all["threads_" + std::to_string(contender->threads)] = figures;
  }
  if (contenders.size() == 2) {
    all["two_against_one"] = two_against_one(contenders[0]->side, contenders[1]->side);
    const double share = smallest_share_of_a_loop(contenders[1]->server);
    all["two_against_one"]["smallest_share_of_a_loop"] = share;
    verdict += "two loops against one = " + decimal(all["two_against_one"]["factor"].get<double>(), 3) +
               " x by CPU-second (must be >= 1.5), the lesser loop did " + decimal(100 * share, 0) + " %\n";
  }
  table.print();
  std::printf("%s", verdict.c_str());
  return all;
}

}  // namespace push::bench
