// resume: streams that come back. Many at once that missed nothing, one that missed much, and listeners that are cut at
// random moments while messages are posted and while the server is killed.
#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "benchmark/cut_listeners.hpp"
#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/posting.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/subscriber_process.hpp"
#include "benchmark/support/table.hpp"
#include "support/resuming_client.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct ResumeOptions : CommonOptions {
  ResumeOptions() : CommonOptions{.connections = 10'000, .threads = 1, .rounds = 5} {}
  Words cases{"at_once", "missed", "cuts", "kills"};
  unsigned missed = 1000;
  unsigned listeners = 1000;
  unsigned seconds = 20;
  unsigned per_second = 100;
  unsigned kills = 5;
};

constexpr double kAskedSeconds = 2;  // for all that come at once
constexpr double kAskedMs = 20;      // for the last message that one missed

std::string metrics_on(std::uint16_t port) {
  return "GOTIFY_SERVER_METRICS_PORT=" + std::to_string(port);
}

// One message to each user.
void post_to_all(const Server& server, unsigned users, std::uint32_t sequence, std::size_t size) {
  request_all(server.port(), std::min(users, 64U), users, [&](std::size_t i) {
    const auto user = static_cast<unsigned>(i);
    return post_request(server.port(), application_token(user), stamp_text({monotonic_ns(), sequence, user}, size));
  });
}

std::uint64_t newest(const Server& server) {
  return static_cast<std::uint64_t>(look_up(server.database(), "SELECT max(id) FROM messages"));
}

// A user per connection, all of whom come back with the newest id.
class AtOnce {
 public:
  explicit AtOnce(const ResumeOptions& options)
      : size_(options.size),
        users_(options.connections),
        metrics_port_(support::free_port()),
        server_({.program = options.program,
                 .directory = options.dir,
                 .threads = options.threads,
                 .users = users_,
                 .under = {"/usr/bin/env", metrics_on(metrics_port_)}}),
        subscribers_({.port = server_.port(), .source_net = 60, .own_users = true}) {
    post_to_all(server_, users_, ++messages_, size_);
    subscribers_.resume_from(newest(server_));
  }

  // After a restart nobody's token is remembered, nor anybody's newest message.
  Json round(bool restarted) {
    if (restarted) {
      subscribers_.drop_all();
      server_.kill_hard();
      server_.start();
    }
    const double read_before = read_by_streams();
    const std::int64_t cpu_before = server_.cpu_ns();
    const Arrivals arrivals = subscribers_.open_at_once(users_, messages_);
    const double cpu_us = static_cast<double>(server_.cpu_ns() - cpu_before) / 1e3 / users_;
    const double read = read_by_streams() - read_before;
    if (arrivals.opened != users_) fail("only " + std::to_string(arrivals.opened) + " came back");
    if (!restarted && read != 0) fail("streams that missed nothing asked the database " + decimal(read, 0) + " times");
    post_to_all(server_, users_, ++messages_, size_);  // reaches each of them once
    subscribers_.await_sequence(messages_);
    subscribers_.drop_all();
    subscribers_.resume_from(newest(server_));
    return {{"seconds", static_cast<double>(arrivals.last_ns - arrivals.first_ns) / 1e9},
            {"server_cpu_us", cpu_us},
            {"p50_us", arrivals.times.quantile_us(0.5)},
            {"p99_us", arrivals.times.quantile_us(0.99)},
            {"reads", read}};
  }

 private:
  // Newest messages and pages that the database was asked for.
  double read_by_streams() const {
    const auto [status, page] = request_once(metrics_port_, get_request(metrics_port_, "/metrics"), 10);
    if (status != 200) fail("no metrics page");
    double sum = 0;
    for (const std::string name : {"\npush_stream_heads_total ", "\npush_stream_pages_total "}) {
      const std::size_t at = page.find(name);
      if (at == std::string::npos) fail("no metric" + name);
      sum += std::stod(page.substr(at + name.size()));
    }
    return sum;
  }

  std::size_t size_;
  unsigned users_;
  std::uint16_t metrics_port_;
  Server server_;
  SubscriberProcess subscribers_;
  std::uint32_t messages_ = 0;
};

std::vector<double> column(const Json& rounds, const char* key) {
  std::vector<double> values;
  for (const Json& round : rounds) values.push_back(round.at(key));
  return values;
}

Json run_at_once(const ResumeOptions& options) {
  Table table({"resume at once", "seconds", "maximum", "asked", "server us", "p50 ms", "p99 ms", "asked the database"});
  Json all = Json::object();
  AtOnce clients(options);
  progress("resume at once: warming");
  clients.round(true);
  for (const bool restarted : {false, true}) {
    const std::string name = restarted ? "after a restart" : "warm";
    Json rounds = Json::array();
    for (unsigned round = 1; round <= options.rounds; ++round) {
      progress("resume at once, " + name + ", round " + std::to_string(round) + " of " +
               std::to_string(options.rounds));
      rounds.push_back(clients.round(restarted));
    }
    const std::vector<double> seconds = column(rounds, "seconds");
    table.row({name, decimal(median(seconds), 2), decimal(*std::max_element(seconds.begin(), seconds.end()), 2),
               restarted ? "stated" : "<= " + decimal(kAskedSeconds, 0),
               decimal(median(column(rounds, "server_cpu_us")), 1), decimal(median(column(rounds, "p50_us")) / 1e3, 0),
               decimal(median(column(rounds, "p99_us")) / 1e3, 0), decimal(median(column(rounds, "reads")), 0)});
    all[restarted ? "after_a_restart" : "warm"] = rounds;
  }
  table.print();
  return all;
}

struct Named {
  const char* name;
  support::StreamKind kind;
};
constexpr std::array<Named, 4> kKinds{{{"websocket", support::StreamKind::websocket},
                                       {"sse", support::StreamKind::sse},
                                       {"ndjson", support::StreamKind::ndjson},
                                       {"poll", support::StreamKind::poll}}};

// From its connect() to the last message, in milliseconds.
double time_missed(const Server& server, support::StreamKind kind, std::uint64_t since, std::size_t count) {
  const support::Address address{"127.0.0.1", server.port()};
  support::ResumingClient client({support::key_header(client_token(0))}, kind);
  const std::int64_t begin = monotonic_ns();
  client.open(address, since);
  while (client.ids().size() < count) {
    if (client.read()) continue;
    if (kind != support::StreamKind::poll) fail("a stream ended");
    if (client.ids().size() < count) client.open(address, since);
  }
  const double ms = static_cast<double>(monotonic_ns() - begin) / 1e6;
  for (std::size_t i = 0; i < client.ids().size(); ++i) {
    if (client.ids()[i] != since + 1 + i) fail("message " + std::to_string(i) + " of what was missed is another one");
  }
  return ms;
}

Json run_missed(const ResumeOptions& options) {
  progress("resume: one that missed " + std::to_string(options.missed));
  const Server server({.program = options.program, .directory = options.dir, .threads = options.threads});
  request_all(server.port(), 64, options.missed + 1, [&](std::size_t i) {
    return post_request(server.port(), application_token(0),
                        stamp_text({monotonic_ns(), static_cast<std::uint32_t>(i), 0}, options.size));
  });
  const std::uint64_t since = newest(server) - options.missed;
  Json all = Json::object();
  Table table({"missed " + std::to_string(options.missed), "ms to the last", "maximum", "asked"});
  for (const Named& each : kKinds) {
    std::vector<double> times;
    for (unsigned i = 0; i < 4 * options.rounds; ++i)
      times.push_back(time_missed(server, each.kind, since, options.missed));
    table.row({each.name, decimal(median(times), 1), decimal(*std::max_element(times.begin(), times.end()), 1),
               "<= " + decimal(kAskedMs, 0)});
    all[each.name] = times;
  }
  table.print();
  return all;
}

Json run_cuts(const ResumeOptions& options, unsigned kills) {
  const std::string name = kills == 0 ? "cuts" : "cuts and " + std::to_string(kills) + " kills";
  progress("resume: " + name + ", " + std::to_string(options.seconds) + " s");
  Server server({.program = options.program, .directory = options.dir, .threads = options.threads});
  Json figures = run_cut_listeners(
      server,
      {.listeners = options.listeners, .seconds = options.seconds, .per_second = options.per_second, .kills = kills});
  const double messages = figures["messages"];
  Table table({name, "listeners", "messages", "messages/s", "opened", "cut", "ended", "lost", "twice", "out of order"});
  for (const auto& [transport, counts] : figures["streams"].items()) {
    table.row({transport, decimal(options.listeners / 4.0, 0), decimal(messages, 0),
               decimal(figures["messages_per_second"], 1), std::to_string(counts["opened"].get<std::uint64_t>()),
               std::to_string(counts["cut"].get<std::uint64_t>()), std::to_string(counts["ended"].get<std::uint64_t>()),
               "0", "0", "0"});
  }
  table.print();
  return figures;
}

Json run_resume(const ResumeOptions& options) {
  Json all = Json::object();
  if (contains(options.cases, "at_once")) all["at_once"] = run_at_once(options);
  if (contains(options.cases, "missed")) all["missed"] = run_missed(options);
  if (contains(options.cases, "cuts")) all["cuts"] = run_cuts(options, 0);
  if (contains(options.cases, "kills")) all["kills"] = run_cuts(options, options.kills);
  return all;
}

void bind(Flags& flags, ResumeOptions& options) {
  flags.choose("--cases", options.cases,
               "at_once: nothing missed; missed: one stream; cuts, kills: listeners of all transports");
  flags.describe("--rounds", "of at_once, and a quarter of those of missed");
  flags.add("--missed", options.missed, "messages that one stream missed");
  flags.add("--listeners", options.listeners, "that are cut at random moments");
  flags.add("--seconds", options.seconds, "of cuts, and of kills");
  flags.add("--per-second", options.per_second, "messages per second to all of them");
  flags.add("--kills", options.kills, "of the server with signal 9");
}

}  // namespace

Scenario resume_scenario() {
  return scenario("resume", "streams that come back for what they missed", bind, run_resume);
}

}  // namespace push::bench
