// connects: all subscribers lose their connections and reconnect at the same time; every token is checked again.
#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/posting.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscriber_process.hpp"
#include "benchmark/support/table.hpp"
#include "benchmark/support/tcp_counters.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct ConnectsOptions : CommonOptions {
  ConnectsOptions() : CommonOptions{.connections = 19'000, .threads = 1, .rounds = 5} {}
  Words cases{"s1", "s2"};
};

// The kernel's counters of connection attempts that were lost or had to be repeated.
constexpr std::array kLosses{"ListenOverflows", "ListenDrops", "TCPSynRetrans", "TCPReqQFullDrop", "TCPTimeouts"};

// One server with its subscribers, who reconnect again and again.
class Returning {
 public:
  Returning(const ConnectsOptions& options, bool own_users, bool restart)
      : restart_(restart),
        connections_(options.connections),
        users_(own_users ? connections_ : 1),
        size_(options.size),
        server_({.program = options.program, .directory = options.dir, .threads = options.threads, .users = users_}),
        subscribers_({.port = server_.port(), .source_net = 50, .own_users = own_users}) {
    subscribers_.open_up_to(connections_);
    prove_that_all_are_there();
  }

  void round() {
    if (restart_) {
      subscribers_.allow_loss();
      server_.kill_hard();
      subscribers_.await_loss();
      server_.start();
    } else {
      subscribers_.drop_all();
    }
    const auto counted_before = tcp_counters();
    const std::int64_t server_before = server_.cpu_ns();
    const std::int64_t client_before = subscribers_.cpu_ns();
    const Arrivals arrivals = subscribers_.open_at_once(connections_, messages_);
    const auto seconds = static_cast<double>(arrivals.last_ns - arrivals.first_ns) / 1e9;
    const auto server_cpu = static_cast<double>(server_.cpu_ns() - server_before);
    const auto client_cpu = static_cast<double>(subscribers_.cpu_ns() - client_before);
    const auto counted = tcp_counters();
    for (const char* loss : kLosses) losses_[loss] += counted.at(loss) - counted_before.at(loss);
    not_let_in_["refused"] += arrivals.refused;
    not_let_in_["broken"] += arrivals.broken;
    not_let_in_["answered"] += arrivals.answered;
    not_let_in_["late"] += arrivals.late;
    missing_ += connections_ - arrivals.opened;
    if (arrivals.opened != connections_) return;
    rates_.push_back(connections_ / seconds);
    server_us_.push_back(server_cpu / 1e3 / connections_);
    client_us_.push_back(client_cpu / 1e3 / connections_);
    times_.add(arrivals.times);
    prove_that_all_are_there();
  }

  bool all_came_back() const { return missing_ == 0; }
  std::string complaint() const {
    std::string text = std::to_string(missing_) + " were not admitted:";
    for (const auto& [how, count] : not_let_in_) text += " " + how + " " + std::to_string(count);
    for (const auto& [name, count] : losses_) text += ", " + name + " " + std::to_string(count);
    return text;
  }

  Json figures() const {
    return {{"connections", connections_},
            {"connects_per_second", median(rates_)},
            {"connects_per_second_least", *std::min_element(rates_.begin(), rates_.end())},
            {"connects_per_second_rounds", rates_},
            {"server_cpu_us_per_connect", median(server_us_)},
            {"server_cpu_us_rounds", server_us_},
            {"client_cpu_us_per_connect", median(client_us_)},
            {"not_let_in", not_let_in_},
            {"kernel_counters", losses_},
            {"p50_us", times_.quantile_us(0.5)},
            {"p99_us", times_.quantile_us(0.99)},
            {"max_us", times_.max_us()}};
  }

 private:
  // A message to every user must reach every connection, once.
  void prove_that_all_are_there() {
    ++messages_;
    request_all(server_.port(), std::min<std::size_t>(users_, 64), users_, [&](std::size_t i) {
      const auto user = static_cast<unsigned>(i);
      return post_request(server_.port(), application_token(user),
                          stamp_text({monotonic_ns(), messages_, user}, size_));
    });
    subscribers_.await_sequence(messages_);
  }

  bool restart_;
  unsigned connections_;
  unsigned users_;
  std::size_t size_;
  Server server_;
  SubscriberProcess subscribers_;
  std::uint32_t messages_ = 0;
  std::uint64_t missing_ = 0;
  std::map<std::string, std::uint64_t> not_let_in_;
  std::map<std::string, std::int64_t> losses_;
  std::vector<double> rates_;
  std::vector<double> server_us_;
  std::vector<double> client_us_;
  Histogram times_;
};

Json run_connects(const ConnectsOptions& options) {
  Json all = Json::object();
  Table table({"connects", "connects/s", "minimum", "server us", "client us", "p50 ms", "p99 ms", "max ms",
               "not admitted", "lost SYNs"});
  for (const std::string name : {"s1", "s2"}) {
    if (!contains(options.cases, name)) continue;
    for (const std::string how : {"drop", "restart"}) {
      Returning returning(options, name == "s2", how == "restart");
      for (unsigned round = 1; round <= options.rounds; ++round) {
        progress("connects " + name + " " + how + ", round " + std::to_string(round) + " of " +
                 std::to_string(options.rounds));
        returning.round();
        if (!returning.all_came_back()) fail("connects " + name + " " + how + ": " + returning.complaint());
      }
      const Json figures = returning.figures();
      const auto text = [&](const char* key, double unit = 1, int places = 0) {
        return decimal(figures[key].get<double>() / unit, places);
      };
      table.row({name + " " + how, text("connects_per_second"), text("connects_per_second_least"),
                 text("server_cpu_us_per_connect", 1, 1), text("client_cpu_us_per_connect", 1, 1),
                 text("p50_us", 1e3, 1), text("p99_us", 1e3, 1), text("max_us", 1e3, 1), "0",
                 std::to_string(figures["kernel_counters"]["ListenDrops"].get<std::int64_t>() +
                                figures["kernel_counters"]["TCPReqQFullDrop"].get<std::int64_t>())});
      all[name][how] = figures;
    }
  }
  table.print();
  return all;
}

void bind(Flags& flags, ConnectsOptions& options) {
  flags.choose("--cases", options.cases, "s1: one user, s2: one user per connection");
}

}  // namespace

Scenario connects_scenario() {
  return scenario("connects", "all subscribers reconnect at the same time", bind, run_connects);
}

}  // namespace push::bench
