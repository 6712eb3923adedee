// guard: figures that do not depend on the machine, for a gate: bytes per idle connection, and the cost of a POST and
// of a delivery in allocations, system calls and instructions. guard/run compares the figures with guard/limits.
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/counters.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/posting.hpp"
#include "benchmark/support/proc_memory.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscriber_process.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct GuardOptions : CommonOptions {
  Words cases{"memory", "allocations", "system_calls", "instructions"};
};

constexpr unsigned kOneUserConnections = 19'000;
constexpr unsigned kOwnUserConnections = 12'000;
constexpr unsigned kHttpSessions = 19'000;
constexpr unsigned kOthers = 3;     // users who never connect, for each one who does
constexpr unsigned kTokens = 1000;  // cached: a cache that is still growing would count as connections
constexpr unsigned kLoops = 1;      // a second one only adds randomness

double slope_up_to(unsigned connections, SubscriberProcess& subscribers, const std::function<double()>& bytes) {
  subscribers.open_up_to(1000);
  std::vector<Point> points;
  for (unsigned step = 1; step <= 4; ++step) {
    const unsigned count = connections * step / 4;
    subscribers.open_up_to(count);
    points.push_back({static_cast<double>(count), bytes()});
  }
  return slope(points);
}

// User bytes per connection, as `idle` measures them in its stage `fresh`.
double user_bytes_of_one_user(const GuardOptions& options, Kind kind, unsigned connections) {
  const Server server({.program = options.program, .directory = options.dir, .threads = kLoops});
  SubscriberProcess subscribers({.port = server.port(), .source_net = 20, .kind = kind});
  return slope_up_to(connections, subscribers, [&] { return settled_pss_anon(server.pid()); });
}

enum class Holding { streams_of_own_users, http_sessions };

// What the heap holds, and not what the process has: that depends on what earlier requests have left free.
double heap_bytes(const GuardOptions& options, Holding holding, unsigned connections) {
  const bool own_users = holding == Holding::streams_of_own_users;
  const support::TemporaryDirectory scratch(disk_folder(options.dir + "/guard"));
  const std::unique_ptr<Counter> heap = count_heap_bytes(scratch.path());
  std::vector<std::string> under = heap->under();
  under.push_back("GOTIFY_SERVER_TOKENCACHE=" + std::to_string(kTokens));
  under.emplace_back("GOTIFY_SERVER_HTTP_IDLETIMEOUTSECONDS=3600");
  Server server({.program = options.program,
                 .directory = options.dir,
                 .threads = kLoops,
                 .users = own_users ? (1 + kOthers) * connections : 1,
                 .under = std::move(under)});
  heap->start(server.pid());
  SubscriberProcess subscribers({.port = server.port(),
                                 .source_net = 20,
                                 .own_users = own_users,
                                 .kind = own_users ? Kind::websocket : Kind::http_session});
  if (own_users) {
    request_all(server.port(), 64, kOthers * connections, [&](std::size_t i) {
      return get_request(server.port(), "/current/user?token=" + client_token(connections + static_cast<unsigned>(i)));
    });
  }
  return slope_up_to(connections, subscribers, [&] { return heap->read().at("byte"); });
}

// The amount of work between two readings. The median of several rounds counts, because the server's housekeeping, once
// per second, falls into some of them.
constexpr unsigned kRounds = 5;
constexpr unsigned kWarmPosts = 200;
constexpr unsigned kPosts = 100;   // per round, to a user with one subscriber
constexpr unsigned kMessages = 4;  // per round, to few and to many subscribers
constexpr unsigned kFew = 100;
constexpr unsigned kMany = 1100;

// One server under one counter; one message in flight at a time.
class Run {
 public:
  Run(const GuardOptions& options, Counter& counter)
      : options_(options),
        counter_(counter),
        server_({.program = options.program, .directory = options.dir, .threads = kLoops, .under = counter.under()}),
        subscribers_({.port = server_.port(), .source_net = 20}),
        sse_subscribers_({.port = server_.port(), .source_net = 21, .kind = Kind::sse}),
        poster_(server_.port(), 1) {}

  // Per POST, whose subscriber has a WebSocket, and per delivery. The cost of a delivery is a slope over the number of
  // subscribers, so that it excludes the fixed cost of a message.
  std::map<std::string, Counts> measure() {
    subscribers_.open_up_to(1);
    counter_.start(server_.pid());
    post(subscribers_, kWarmPosts);
    std::map<std::string, Counts> costs;
    costs["_per_post"] = cost(subscribers_, kPosts);
    costs["_per_delivery"] = per_delivery(subscribers_);
    subscribers_.drop_all();
    costs["_per_sse_delivery"] = per_delivery(sse_subscribers_);
    server_.stop();
    return costs;
  }

 private:
  Counts per_delivery(SubscriberProcess& subscribers) {
    const Counts few = fan_out(subscribers, kFew);
    const Counts many = fan_out(subscribers, kMany);
    return difference(few, many, kMany - kFew);
  }

  Counts fan_out(SubscriberProcess& subscribers, unsigned count) {
    subscribers.open_up_to(count, sequence_);
    post(subscribers, 2);
    return cost(subscribers, kMessages);
  }

  // Of one POST, from rounds of this many.
  Counts cost(SubscriberProcess& subscribers, unsigned posts) {
    std::map<std::string, std::vector<double>> rounds;
    Counts before = counter_.read();
    for (unsigned round = 0; round < kRounds; ++round) {
      post(subscribers, posts);
      Counts after = counter_.read();
      for (const auto& [name, count] : difference(before, after, posts)) rounds[name].push_back(count);
      before = std::move(after);
    }
    Counts result;
    for (auto& [name, counts] : rounds) {
      counts.resize(kRounds);  // a kind first seen later had none before
      result[name] = median(counts);
    }
    return result;
  }

  static Counts difference(const Counts& before, const Counts& after, double parts) {
    Counts result;
    for (const auto& [name, count] : after) {
      const auto earlier = before.find(name);
      result[name] = (count - (earlier != before.end() ? earlier->second : 0)) / parts;
    }
    return result;
  }

  void post(SubscriberProcess& subscribers, unsigned posts) {
    for (unsigned i = 0; i < posts; ++i) {
      subscribers.begin_await_sequence(++sequence_);
      poster_.send(
          post_request(server_.port(), application_token(0), stamp_text({monotonic_ns(), sequence_, 0}, options_.size)),
          sequence_);
      bool answered = false;
      for (const Deadline deadline(30); !answered;) {
        poster_.poll(100, [&](std::uint64_t, std::int64_t, const Response& response) {
          if (response.status != 200) fail("answer " + std::to_string(response.status) + " to a POST");
          answered = true;
        });
        if (deadline.passed()) fail("a POST was not answered");
      }
      subscribers.end_await_sequence();
    }
  }

  const GuardOptions& options_;
  Counter& counter_;
  Server server_;
  SubscriberProcess subscribers_;
  SubscriberProcess sse_subscribers_;
  PostPool poster_;
  std::uint32_t sequence_ = 0;
};

// Kinds whose name begins with this make a separate figure.
struct Group {
  std::string_view prefix;
  const char* figure;
};

struct Part {
  const char* name;
  const char* needs;
  std::unique_ptr<Counter> (*counter)(const std::string& directory);
  std::vector<Group> groups;  // a kind belongs to the first group that matches
};

// How often threads wake one another is partly random, and SQLite's work depends on its version and on the length of
// its log: neither may hide the rest.
std::vector<Part> parts() {
  return {
      {"allocations", "libpush_count_allocations.so", count_allocations, {{"", "allocations"}}},
      {"system_calls",
       "strace, and permission to trace a process",
       count_system_calls,
       {{"futex", "futex_calls"}, {"", "system_calls"}}},
      {"instructions",
       "valgrind",
       count_instructions,
       {{"sharded-gotify", "program_instructions"},
        {"libsqlite3", "sqlite_instructions"},
        {"", "other_library_instructions"}}},
  };
}

std::map<std::string, Counts> grouped(const std::vector<Group>& groups, const Counts& counts) {
  std::map<std::string, Counts> result;
  for (const auto& [kind, count] : counts) {
    for (const Group& group : groups) {
      if (!kind.starts_with(group.prefix)) continue;
      result[group.figure][kind] = count;
      break;
    }
  }
  return result;
}

double sum(const Counts& counts) {
  double result = 0;
  for (const auto& [kind, count] : counts) result += count;
  return result;
}

std::map<std::string, Counts> measure(const GuardOptions& options, const Part& part) {
  progress(std::string("guard ") + part.name);
  try {
    const support::TemporaryDirectory scratch(disk_folder(options.dir + "/guard"));
    const std::unique_ptr<Counter> counter = part.counter(scratch.path());
    auto counts = Run(options, *counter).measure();
    // The last round of POSTs, for callgrind_annotate.
    const std::filesystem::path profile = scratch.path() + "/callgrind." + std::to_string(1 + kRounds);
    if (std::filesystem::exists(profile)) {
      const auto kept = std::filesystem::path(options.json).parent_path() / "guard-post.callgrind";
      std::filesystem::create_directories(kept.parent_path());
      std::filesystem::copy_file(profile, kept, std::filesystem::copy_options::overwrite_existing);
    }
    return counts;
  } catch (const Failure& failure) {
    fail(std::string("guard: ") + part.name + " were not measured (needs " + part.needs + "): " + failure.what());
  }
}

Json run_guard(const GuardOptions& options) {
  Json figures = Json::object();
  Json kinds = Json::object();
  Table table({"guard", "figure"});
  const auto enter = [&](const std::string& name, double value) {
    figures[name] = value;
    table.row({name, decimal(value, 3)});
  };
  if (contains(options.cases, "memory")) {
    progress("guard memory");
    for (const auto& [name, kind] : {std::pair("user_bytes_per_connection_of_one_user", Kind::websocket),
                                     std::pair("user_bytes_per_sse_connection_of_one_user", Kind::sse),
                                     std::pair("user_bytes_per_ndjson_connection_of_one_user", Kind::ndjson)}) {
      enter(name, user_bytes_of_one_user(options, kind, kOneUserConnections));
    }
    enter("heap_bytes_per_connection_of_own_users",
          heap_bytes(options, Holding::streams_of_own_users, kOwnUserConnections));
    enter("heap_bytes_per_http_session", heap_bytes(options, Holding::http_sessions, kHttpSessions));
  }
  for (const Part& part : parts()) {
    if (!contains(options.cases, part.name)) continue;
    for (const auto& [unit, counts] : measure(options, part)) {
      for (const auto& [figure, of_figure] : grouped(part.groups, counts)) {
        enter(figure + unit, sum(of_figure));
        kinds[figure + unit] = of_figure;
      }
    }
  }
  table.print();
  return {{"figures", figures}, {"kinds", kinds}};
}

void bind(Flags& flags, GuardOptions& options) {
  flags.choose("--cases", options.cases, "what is counted");
}

}  // namespace

Scenario guard_scenario() {
  return scenario("guard", "figures that do not depend on the machine, for guard/run", bind, run_guard, false);
}

}  // namespace push::bench
