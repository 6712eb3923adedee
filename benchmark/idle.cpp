// idle: memory per idle connection as a slope over the number of connections.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/posting.hpp"
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

struct IdleOptions : CommonOptions {
  IdleOptions() : CommonOptions{.connections = 19'000, .threads = 0} {}
  unsigned churn = 100'000;
  Words cases{"s1", "s2", "sse", "ndjson", "http"};
  Words stages{"fresh", "broadcast", "churn", "ping"};
};

constexpr unsigned kPingSeconds = 3;  // of the ping stage
constexpr std::size_t kChurnWindow = 1000;
constexpr double kChurnSeconds = 120;
constexpr unsigned kOthers = 3;  // users who never connect, for each one who does
constexpr const char* kNoIdleTimeout = "GOTIFY_SERVER_HTTP_IDLETIMEOUTSECONDS=3600";

struct Case {
  const char* name;
  const char* must;  // required user bytes per connection
  bool own_users;
  Kind kind;
};
constexpr Case kCases[] = {{"s1", "<= 256", false, Kind::websocket},
                           {"s2", "<= 457", true, Kind::websocket},
                           {"sse", "<= 38", false, Kind::sse},
                           {"ndjson", "<= 38", false, Kind::ndjson},
                           {"http", "<= 2048", false, Kind::http_session}};

struct Reading {
  std::size_t connections = 0;
  double user = 0;
  Slabs slabs;
};

using ObjectsPerConnection = std::map<std::string, double>;

ObjectsPerConnection object_slopes(const std::vector<Reading>& readings) {
  ObjectsPerConnection result;
  for (const auto& [name, row] : readings.front().slabs) {
    std::vector<Point> objects;
    for (const Reading& reading : readings) {
      objects.push_back({static_cast<double>(reading.connections), reading.slabs.at(name).objects});
    }
    result[name] = slope(objects);
  }
  return result;
}

// Each connection has two sockets on this machine. Any other count means that another program opens or closes some.
bool disturbed(const ObjectsPerConnection& objects) {
  return std::abs(objects.at("TCP") - 2) > 0.03;
}

// The subscribers' sockets are in the same kernel as the server's. Their cost is measured with a bare process at the
// other end: it holds accepted sockets and nothing else, so that its own share is one object of each of these kinds.
// Empty: cannot be measured now.
ObjectsPerConnection measure_subscribers(unsigned connections) {
  if (socket_slabs().empty()) {
    progress("/proc/slabinfo is unreadable (it needs root): no kernel figures");
    return {};
  }
  for (int attempt = 0; attempt < 3; ++attempt) {
    const RawSender bare(connections);
    SubscriberProcess subscribers({.port = bare.port(), .source_net = 20});
    std::vector<Reading> readings;
    for (unsigned step = 1; step <= 4; ++step) {
      subscribers.open_up_to(connections * step / 4);
      ::usleep(200'000);
      readings.push_back({connections * step / 4, 0, socket_slabs()});
    }
    ObjectsPerConnection result = object_slopes(readings);
    if (disturbed(result)) continue;
    for (auto& [name, objects] : result) {
      if (name != "eventpoll_epi" && name != "ep_head") objects -= 1;
    }
    return result;
  }
  progress("other programs use TCP on this machine: no kernel figures");
  return {};
}

// One server, one stage.
class Run {
 public:
  Run(const IdleOptions& options, const ObjectsPerConnection& of_subscribers, const Case& which, std::string stage)
      : options_(options),
        of_subscribers_(of_subscribers),
        own_users_(which.own_users),
        stage_(std::move(stage)),
        connections_(options.connections),
        server_({.program = options.program,
                 .directory = options.dir,
                 .threads = options.threads,
                 .users = own_users_ ? (1 + kOthers) * connections_ : 1,
                 .ping_seconds = stage_ == "ping" ? kPingSeconds : 45,
                 .under = {"/usr/bin/env", kNoIdleTimeout}}),
        subscribers_({.port = server_.port(), .source_net = 20, .own_users = own_users_, .kind = which.kind}) {}

  Json measure() {
    warm_up();
    if (stage_ == "churn") churn();
    const std::size_t first = std::min<std::size_t>(1000, connections_ / 8);
    grow_to(first, 0);
    const std::int64_t start = monotonic_ns();
    double connecting = 0;
    for (unsigned step = 1; step <= 4; ++step) {
      const std::int64_t before = monotonic_ns();
      subscribers_.open_up_to(connections_ * step / 4, base_of(step));
      connecting += static_cast<double>(monotonic_ns() - before) / 1e9;
      touch(connections_ * step / 4, step);
      readings_.push_back(read(connections_ * step / 4));
    }
    result_["seconds"] = static_cast<double>(monotonic_ns() - start) / 1e9;
    result_["connects_per_second"] = static_cast<double>(connections_ - first) / connecting;
    report();
    subscribers_.drop_all();
    server_.stop();
    return result_;
  }

 private:
  std::uint32_t base_of(unsigned step) const { return stage_ == "broadcast" && !own_users_ ? step : 0; }

  Reading read(std::size_t connections) const { return {connections, settled_pss_anon(server_.pid()), socket_slabs()}; }

  void grow_to(std::size_t count, unsigned step) {
    subscribers_.open_up_to(count, base_of(step));
    touch(count, step);
  }

  // The stage's treatment of connections before they are measured.
  void touch(std::size_t count, unsigned step) {
    if (stage_ == "ping") subscribers_.await_pings(kPingSeconds * 2 + 15);
    if (stage_ != "broadcast") return;
    if (!own_users_) {
      post(0, 1, step + 1);
      subscribers_.await_sequence(step + 1);
    } else {
      post(touched_, count - touched_, 1);
      subscribers_.await_sequence(1);
    }
    touched_ = count;
  }

  void post(std::size_t first_user, std::size_t users, std::uint32_t sequence) const {
    request_all(server_.port(), std::min<std::size_t>(users, 64), users, [&](std::size_t i) {
      const auto user = static_cast<unsigned>(first_user + i);
      return post_request(server_.port(), application_token(user),
                          stamp_text({monotonic_ns(), sequence, user}, options_.size));
    });
  }

  // Fills the caches of the database and of the allocator with users who never connect, so that the slope shows
  // connections and not caches.
  void warm_up() const {
    if (!own_users_) return;
    request_all(server_.port(), 64, kOthers * connections_, [&](std::size_t i) {
      const unsigned user = connections_ + static_cast<unsigned>(i);
      return get_request(server_.port(), "/current/user?token=" + client_token(user));
    });
    if (stage_ == "broadcast") post(connections_, kOthers * connections_, 1);
  }

  void churn() {
    const double before = settled_pss_anon(server_.pid());
    const std::int64_t start = monotonic_ns();
    const std::size_t opened = subscribers_.churn(options_.churn, std::min<std::size_t>(kChurnWindow, connections_ / 8),
                                                  connections_, connections_, kChurnSeconds);
    result_["churn"] = {
        {"connects", opened},
        {"connects_per_second", static_cast<double>(opened) * 1e9 / static_cast<double>(monotonic_ns() - start)},
        {"user_bytes_before", before},
        {"user_bytes_after", settled_pss_anon(server_.pid())}};
  }

  void report() {
    std::vector<Point> user;
    Json points = Json::array();
    for (const Reading& reading : readings_) {
      user.push_back({static_cast<double>(reading.connections), reading.user});
      points.push_back({{"connections", reading.connections}, {"user_bytes", reading.user}});
    }
    result_["points"] = points;
    result_["user_bytes_per_connection"] = slope(user);
    kernel();
  }

  void kernel() {
    if (of_subscribers_.empty()) return;
    const ObjectsPerConnection of_both = object_slopes(readings_);
    if (disturbed(of_both)) {
      progress("other programs used TCP during this stage: no kernel figure for it");
      return;
    }
    Json rows = Json::object();
    double sum = 0;
    ObjectsPerConnection of_server;
    for (const auto& [name, objects] : of_both) {
      of_server[name] = objects - of_subscribers_.at(name);
      const double bytes_each = readings_.front().slabs.at(name).bytes_each;
      rows[name] = {{"objects_of_server", of_server[name]},
                    {"objects_of_subscriber", of_subscribers_.at(name)},
                    {"bytes_each", bytes_each}};
      sum += of_server[name] * bytes_each;
    }
    result_["kernel_rows"] = rows;
    // A socket has one inode and one dentry; more or fewer dentries are files that other programs opened.
    result_["kernel_blurred"] = std::abs(of_server["dentry"] - of_server["sock_inode_cache"]) > 0.1;
    result_["kernel_bytes_per_connection"] = sum;
  }

  const IdleOptions& options_;
  const ObjectsPerConnection& of_subscribers_;
  bool own_users_;
  std::string stage_;
  unsigned connections_;
  Server server_;
  SubscriberProcess subscribers_;
  std::size_t touched_ = 0;
  std::vector<Reading> readings_;
  Json result_ = Json::object();
};

std::string cell(const Json& figures, const char* key, int places = 0) {
  return figures.contains(key) ? decimal(figures[key].get<double>(), places) : "-";
}

Json run_idle(const IdleOptions& options) {
  Json all = Json::object();
  Table table({"idle", "user B/conn", "kernel B/conn", "sum", "must user", "connects/s"});
  const ObjectsPerConnection of_subscribers = measure_subscribers(options.connections);
  for (const Case& which : kCases) {
    const std::string name = which.name;
    if (!contains(options.cases, name)) continue;
    for (const std::string stage : {"fresh", "broadcast", "churn", "ping"}) {
      const bool fits = which.kind != Kind::http_session || stage == "fresh" || stage == "churn";
      if (!contains(options.stages, stage) || !fits) continue;
      progress("idle " + name + " " + stage);
      Json figures = Run(options, of_subscribers, which, stage).measure();
      std::string sum = "-";
      const std::string mark = figures.value("kernel_blurred", false) ? "~" : "";
      if (figures.contains("kernel_bytes_per_connection")) {
        const double total =
            figures["kernel_bytes_per_connection"].get<double>() + figures["user_bytes_per_connection"].get<double>();
        figures["sum_bytes_per_connection"] = total;
        sum = mark + decimal(total, 0);
      }
      table.row({name + " " + stage, cell(figures, "user_bytes_per_connection", 1),
                 mark + cell(figures, "kernel_bytes_per_connection"), sum, which.must,
                 cell(figures, "connects_per_second")});
      all[name][stage] = std::move(figures);
    }
  }
  table.print();
  return all;
}

void bind(Flags& flags, IdleOptions& options) {
  flags.add("--churn", options.churn, "connects and drops of the churn stage");
  flags.choose(
      "--cases", options.cases,
      "s1: WebSockets of one user, s2: of a user each, sse and ndjson: of one user, http: keep-alive sessions");
  flags.choose("--stages", options.stages, "what the connections went through before");
}

}  // namespace

Scenario idle_scenario() {
  return scenario("idle", "memory per idle connection", bind, run_idle);
}

}  // namespace push::bench
