// million: as many authenticated subscribers as one kernel can hold, each on its own socket. Meant for a dedicated
// guest (scripts/bench million), where the number of descriptors per process is not limited.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "benchmark/annex/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/posting.hpp"
#include "benchmark/support/proc_memory.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/socket.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscriber_process.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct MillionOptions : CommonOptions {
  MillionOptions() : CommonOptions{.connections = 1'000'000, .threads = 1} {}
  unsigned users = 0;             // each with the same number of connections; 0 = one per connection
  unsigned descriptors = 20'000;  // limit of each process
};

constexpr unsigned kSteps = 10;               // points of the slope; each step is a process of subscribers
constexpr unsigned kSpareDescriptors = 1000;  // of the server
constexpr unsigned kLongestPing = 3600;       // seconds: no ping is due during the run
constexpr double kPatience = 1200;            // seconds for any one step
constexpr unsigned kFirstNet = 20;            // of the subscribers' addresses, 127.0.net.*
constexpr std::size_t kPosters = 256;
constexpr std::size_t kRows = 6;       // of socket_slabs()
constexpr unsigned kQuietSeconds = 3;  // without any message after the last expected delivery

struct Reading {
  double connections = 0;
  double user = 0;
  double kernel = 0;  // of both ends, all of it
  Slabs slabs;
};

double since(std::int64_t start) {
  return static_cast<double>(monotonic_ns() - start) / 1e9;
}

// Memory that is neither free, nor a page of a file, nor a page of a process.
double kernel_memory() {
  const auto lines = meminfo();
  return lines.at("MemTotal") - lines.at("MemFree") - lines.at("Buffers") - lines.at("Cached") - lines.at("AnonPages");
}

class Million {
 public:
  explicit Million(const MillionOptions& options)
      : connections_(options.connections),
        users_(options.users != 0 ? options.users : connections_),
        size_(options.size),
        started_(monotonic_ns()) {
    check(options);
    progress("million: " + std::to_string(users_) + " users written to the database");
    server_ = std::make_unique<Server>(ServerOptions{.program = options.program,
                                                     .directory = options.dir,
                                                     .threads = options.threads,
                                                     .users = users_,
                                                     .ping_seconds = kLongestPing,
                                                     .keepalive_seconds = -1});
    figures_ = {{"connections", connections_}, {"users", users_}, {"seconds_seeding", since(started_)}};
    for (unsigned i = 0; i < kSteps; ++i) {
      processes_.push_back(std::make_unique<SubscriberProcess>(SubscriberPlan{.port = server_->port(),
                                                                              .source_net = kFirstNet + i,
                                                                              .own_users = true,
                                                                              .users = users_,
                                                                              .descriptors = options.descriptors,
                                                                              .patience_seconds = kPatience}));
    }
  }

  Json measure() {
    connect();
    post_to_one();
    post_to_all();
    figures_["user_bytes_after"] = settled_pss_anon(server_->pid());
    figures_["seconds"] = since(started_);
    report();
    server_->kill_hard();
    return figures_;
  }

 private:
  void check(const MillionOptions& options) const {
    if (connections_ % kSteps != 0 || users_ > connections_ || connections_ % users_ != 0) {
      fail("million: --connections must be a multiple of --users and of " + std::to_string(kSteps));
    }
    const unsigned needed = connections_ + kSpareDescriptors;
    if (const unsigned granted = raise_descriptor_limit(options.descriptors); granted < needed) {
      fail("million: the server needs " + std::to_string(needed) + " descriptors, but the limit per process is " +
           std::to_string(granted) + "; scripts/bench million runs this in a dedicated guest");
    }
  }

  void connect() {
    const unsigned share = connections_ / kSteps;
    const std::int64_t start = monotonic_ns();
    readings_.push_back(read(0));
    double connecting = 0;
    for (unsigned step = 0; step < kSteps; ++step) {
      const std::int64_t before = monotonic_ns();
      processes_[step]->open_up_to(share, 0, step * share);
      connecting += since(before);
      readings_.push_back(read((step + 1) * share));
      const Reading& now = readings_.back();
      progress("million: " + std::to_string((step + 1) * share) + " connections after " + decimal(since(start), 0) +
               " s; the server uses " + decimal(now.user / 1e6, 1) + " MB, the kernel " + decimal(now.kernel / 1e6, 0) +
               " MB for both ends");
    }
    figures_["seconds_connecting"] = connecting;
  }

  static Reading read(std::size_t connections, pid_t server) {
    return {static_cast<double>(connections), settled_pss_anon(server), kernel_memory(), socket_slabs()};
  }
  Reading read(std::size_t connections) const { return read(connections, server_->pid()); }

  void post(unsigned user, std::uint32_t sequence) const {
    request_all(
        server_->port(), 1, 1,
        [&](std::size_t) {
          return post_request(server_->port(), application_token(user),
                              stamp_text({monotonic_ns(), sequence, user}, size_));
        },
        kPatience);
  }

  // A subscriber fails on another user's message, a repetition or a gap, so the count is enough.
  void await_deliveries(std::uint64_t expected) {
    for (const Deadline deadline(kPatience); count_deliveries() < expected; ::usleep(200'000)) {
      if (deadline.passed()) {
        fail("million: " + std::to_string(deliveries_) + " of " + std::to_string(expected) + " deliveries in time");
      }
    }
    ::sleep(kQuietSeconds);
    if (count_deliveries() != expected) {
      fail("million: " + std::to_string(deliveries_) + " deliveries instead of " + std::to_string(expected));
    }
  }

  std::uint64_t count_deliveries() {
    deliveries_ = 0;
    for (const auto& process : processes_) {
      const auto summary = process->take_summary();
      deliveries_ += summary.deliveries;
      last_delivery_ns_ = std::max(last_delivery_ns_, summary.last_delivery_ns);
    }
    return deliveries_;
  }

  void post_to_one() {
    const unsigned each = connections_ / users_;
    const std::int64_t start = monotonic_ns();
    post(one_, 1);
    await_deliveries(each);
    figures_["to_one"] = {{"deliveries", each}, {"seconds", static_cast<double>(last_delivery_ns_ - start) / 1e9}};
    progress("million: a message for one user arrived at its " + std::to_string(each) +
             " connections and nowhere else");
  }

  void post_to_all() {
    const std::int64_t start = monotonic_ns();
    request_all(
        server_->port(), kPosters, users_,
        [&](std::size_t i) {
          const auto user = static_cast<unsigned>(i);
          return post_request(server_->port(), application_token(user),
                              stamp_text({monotonic_ns(), user == one_ ? 2U : 1U, user}, size_));
        },
        kPatience);
    await_deliveries(connections_ + connections_ / users_);
    figures_["to_all"] = {{"posts", users_},
                          {"deliveries", connections_},
                          {"seconds", static_cast<double>(last_delivery_ns_ - start) / 1e9}};
    progress("million: a message for each user arrived at each of the " + std::to_string(connections_) +
             " connections, once");
  }

  double slope_of(double Reading::*value) const {
    std::vector<Point> points;
    for (std::size_t i = 1; i < readings_.size(); ++i)
      points.push_back({readings_[i].connections, readings_[i].*value});
    return slope(points);
  }

  // Each connection has a socket at both ends and each socket is in one epoll, so half of every row is the server's.
  // If a row does not hold two objects per connection, that is wrong, and the figure is marked as blurred.
  double slabs_of_server() {
    double sum = 0;
    Json rows = Json::object();
    for (const auto& [name, row] : readings_.front().slabs) {
      std::vector<Point> points;
      for (std::size_t i = 1; i < readings_.size(); ++i)
        points.push_back({readings_[i].connections, readings_[i].slabs.at(name).objects});
      const double objects = slope(points);
      if (std::abs(objects - 2) > 0.02) blurred_ = true;
      rows[name] = {{"objects_of_both", objects}, {"bytes_each", row.bytes_each}};
      sum += objects / 2 * row.bytes_each;
    }
    if (rows.size() != kRows) blurred_ = true;
    figures_["kernel_rows"] = rows;
    return sum;
  }

  void report() {
    Json points = Json::array();
    for (const Reading& reading : readings_) {
      points.push_back({{"connections", reading.connections},
                        {"user_bytes", reading.user},
                        {"kernel_bytes_of_both_ends", reading.kernel}});
    }
    const double user = slope_of(&Reading::user);
    const double rows = slabs_of_server();
    const double kernel = slope_of(&Reading::kernel);
    figures_["points"] = points;
    figures_["user_bytes_per_connection"] = user;
    figures_["kernel_bytes_per_connection"] = rows;
    figures_["kernel_bytes_per_connection_of_both_ends"] = kernel;
    figures_["kernel_blurred"] = blurred_;
    const std::string mark = blurred_ ? "~" : "";
    Table memory(
        {"million", "connections", "users", "user B/conn", "kernel B/conn", "sum", "both ends' kernel B/conn"});
    memory.row({"held", std::to_string(connections_), std::to_string(users_), decimal(user, 1), mark + decimal(rows, 0),
                mark + decimal(user + rows, 0), decimal(kernel, 0)});
    memory.print();
    Table totals(
        {"", "server MB", "after posts MB", "kernel MB, both ends", "connect s", "post to all s", "whole run s"});
    totals.row({"totals", decimal(readings_.back().user / 1e6, 1),
                decimal(figures_["user_bytes_after"].get<double>() / 1e6, 1), decimal(readings_.back().kernel / 1e6, 0),
                decimal(figures_["seconds_connecting"].get<double>(), 0),
                decimal(figures_["to_all"]["seconds"].get<double>(), 0),
                decimal(figures_["seconds"].get<double>(), 0)});
    totals.print();
  }

  unsigned connections_;
  unsigned users_;
  unsigned size_;
  std::int64_t started_;
  unsigned one_ = users_ / 2;
  std::unique_ptr<Server> server_;
  std::vector<std::unique_ptr<SubscriberProcess>> processes_;
  std::vector<Reading> readings_;
  std::uint64_t deliveries_ = 0;
  std::int64_t last_delivery_ns_ = 0;
  bool blurred_ = false;
  Json figures_ = Json::object();
};

Json run_million(const MillionOptions& options) {
  return Million(options).measure();
}

void bind(Flags& flags, MillionOptions& options) {
  flags.add("--users", options.users, "each with the same number of connections; 0: one user per connection");
  flags.add("--descriptors", options.descriptors, "limit of each process, for a dedicated guest only");
}

}  // namespace

Scenario million_scenario() {
  return scenario("million", "as many subscribers as one kernel can hold (scripts/bench million runs it in a guest)",
                  bind, run_million, false);
}

}  // namespace push::bench
