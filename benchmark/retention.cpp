// retention: what posters notice while a million messages are deleted because they have become too old, all of them at
// the same moment, and how long the last of them stays.
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/probe.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"
#include "push/core/clock.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct RetentionOptions : CommonOptions {
  RetentionOptions() : CommonOptions{.threads = 0} {}
  unsigned seconds = 20;        // of load without a rule
  unsigned stored = 1'000'000;  // messages that become too old
  unsigned rate = 200;          // POSTs per second
  unsigned lead = 90;           // seconds from the begin of the seeding to the moment when they are too old
};

enum User : unsigned { kOld, kPoster, kUsers };

constexpr double kPatience = 600;  // for the deletion
constexpr std::int64_t kLookPeriod = 50'000'000;
constexpr double kLongestLag = 60;
constexpr double kFactor = 2;  // of the p99

std::string seed_sql(const RetentionOptions& options, core::WallTime too_old) {
  const std::string date = core::database_time(too_old - std::chrono::hours(24));
  return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(options.stored) +
         ") INSERT INTO messages (application_id, message, title, priority, date) SELECT applications.id, '" +
         std::string(options.size, 'x') + "', 'title', 0, '" + date + "' FROM n, applications WHERE token = '" +
         application_token(kOld) + "';";
}

class Run {
 public:
  Run(const RetentionOptions& options, Server& server, core::WallTime too_old)
      : options_(options),
        server_(server),
        too_old_(too_old),
        application_(
            look_up(server.database(), "SELECT id FROM applications WHERE token = '" + application_token(kOld) + "'")),
        posts_("POST /message", server.port(),
               post_request(server.port(), application_token(kPoster), "from a neighbour"), options.rate) {}

  Json measure() {
    progress("retention, load without a rule");
    post_for(1);
    const Histogram without = post_for(options_.seconds);
    set_rule();
    if (core::wall_now() >= too_old_) fail("the messages were too old before there was a rule: raise --lead");
    progress("retention, waiting until the messages are too old");
    const Histogram looking = post_until([this] { return core::wall_now() >= too_old_; });
    progress("retention, deleting");
    std::int64_t look = 0;
    const Histogram deleting = post_until([&] {
      if (monotonic_ns() < look) return false;
      look = monotonic_ns() + kLookPeriod;
      return look_up(server_.database(), left_) == 0;
    });
    const double lag = std::chrono::duration<double>(core::wall_now() - too_old_).count();
    return report(without, looking, deleting, lag);
  }

 private:
  Histogram post_for(double seconds) {
    const Deadline over(seconds);
    return post_until([&] { return over.passed(); });
  }

  template <class Over>
  Histogram post_until(Over over) {
    posts_.forget();
    const Deadline deadline(kPatience);
    for (bool sending = true; sending || !posts_.idle();) {
      if (deadline.passed()) fail("did not finish in time");
      posts_.step(sending);
      sending = sending && !over();
      const std::int64_t until = std::min(monotonic_ns() + 5'000'000, sending ? posts_.due() : INT64_MAX);
      pollfd entry{.fd = posts_.descriptor(), .events = POLLIN, .revents = 0};
      const timespec time{.tv_sec = 0, .tv_nsec = std::max<long>(until - monotonic_ns(), 0)};
      must(::ppoll(&entry, 1, &time, nullptr), "ppoll");
    }
    return posts_.times();
  }

  void set_rule() {
    const std::string target = "/application/" + std::to_string(application_) + "/retention?days=1";
    PostPool pool(server_.port(), 1);
    pool.send(token_request(server_.port(), "PUT", target, client_token(kOld)), 0);
    bool answered = false;
    for (const Deadline deadline(30); !answered;) {
      if (deadline.passed()) fail("no answer to PUT " + target);
      pool.poll(100, [&](std::uint64_t, std::int64_t, const Response& response) {
        require_ok(response, "PUT " + target);
        answered = true;
      });
    }
  }

  Json report(const Histogram& without, const Histogram& looking, const Histogram& deleting, double lag) const {
    Table table(
        {std::to_string(options_.rate) + " durable POSTs per second", "requests", "p50 ms", "p99 ms", "max ms"});
    Json result{{"messages", options_.stored}, {"lag_seconds", lag}};
    const auto row = [&](const std::string& when, const Histogram& times) {
      table.row({when, std::to_string(times.count()), decimal(times.quantile_us(0.5) / 1e3, 2),
                 decimal(times.quantile_us(0.99) / 1e3, 2), decimal(times.max_us() / 1e3, 2)});
      result[when] = {{"count", times.count()},
                      {"p50_us", times.quantile_us(0.5)},
                      {"p99_us", times.quantile_us(0.99)},
                      {"max_us", times.max_us()}};
    };
    row("without a rule", without);
    row("with one, nothing too old", looking);
    row("while messages are deleted", deleting);
    table.print();
    const double factor = deleting.quantile_us(0.99) / without.quantile_us(0.99);
    std::printf(
        "%u messages: the last was deleted %.1f s after it became too old (at most %.0f s); p99 of a POST %.2f "
        "times its own without (less than %.0f)\n",
        options_.stored, lag, kLongestLag, factor, kFactor);
    result["factor"] = factor;
    return result;
  }

  const RetentionOptions& options_;
  Server& server_;
  const core::WallTime too_old_;
  const std::int64_t application_;
  const std::string left_ =
      "SELECT EXISTS(SELECT 1 FROM messages WHERE application_id = " + std::to_string(application_) + ")";
  Probe posts_;
};

Json run_retention(const RetentionOptions& options) {
  progress("retention, seeding");
  const core::WallTime too_old = core::wall_now() + std::chrono::seconds(options.lead);
  Server server({.program = options.program,
                 .directory = options.dir,
                 .threads = options.threads,
                 .users = kUsers,
                 .seed_more = [&](const std::string& path) { run_offline(path, seed_sql(options, too_old)); }});
  return Run(options, server, too_old).measure();
}

void bind(Flags& flags, RetentionOptions& options) {
  flags.add("--seconds", options.seconds, "load without a rule");
  flags.add("--stored", options.stored, "messages that become too old");
  flags.add("--rate", options.rate, "POSTs per second");
  flags.add("--lead", options.lead, "seconds from the begin of the seeding to the moment when they are too old");
}

}  // namespace

Scenario retention_scenario() {
  return scenario("retention", "what posters notice while a million messages are deleted by age", bind, run_retention);
}

}  // namespace push::bench
