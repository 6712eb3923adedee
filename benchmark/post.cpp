// post: durable POSTs per second, closed loop, with several numbers of posters; then kill -9 and count.
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "benchmark/post_targets.hpp"
#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/stamp.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct PostOptions : CommonOptions {
  PostOptions() : CommonOptions{.threads = 0, .rounds = 5} {}
  unsigned seconds = 3;  // per round
  std::vector<unsigned> posters{1, 16, 64};
  unsigned keys = 0;  // 1 = also with an Idempotency-Key on each POST
  std::string dialect = "sqlite3";
  std::string kill = "server";
};

constexpr double kTailSeconds = 1;  // under load before the kill

struct Level {
  unsigned posters = 0;
  bool keys = false;
  std::vector<double> per_second{};
  std::vector<double> server_cpu{};
  std::vector<double> client_cpu{};
  Histogram latencies{};
};

class Posting {
 public:
  Posting(PostTarget& target, std::size_t size) : target_(target), size_(size) {}

  std::string name() const { return target_.name(); }

  // Posts for a while; everything that was answered goes into the ledger.
  void round(Level& level, double seconds) {
    PostPool pool(target_.port(), level.posters);
    std::size_t answered = 0;
    const std::int64_t server_before = target_.cpu_ns();
    const std::int64_t client_before = cpu_ns(0);
    const std::int64_t start = monotonic_ns();
    const auto end = start + static_cast<std::int64_t>(seconds * 1e9);
    std::int64_t last = start;
    const auto on_answer = [&](std::uint64_t tag, std::int64_t written_ns, const Response& response) {
      last = monotonic_ns();
      level.latencies.record(last - written_ns);
      enter(tag, response);
      ++answered;
    };
    while (monotonic_ns() < end) {
      fill(pool, level.keys);
      pool.poll(100, on_answer);
    }
    for (const Deadline deadline(30); pool.in_flight() > 0; pool.poll(100, on_answer)) {
      if (deadline.passed()) fail("POSTs were not answered");
    }
    if (pool.alive() != level.posters) fail("the server closed keep-alive connections under load");
    const auto elapsed = static_cast<double>(last - start);
    level.per_second.push_back(static_cast<double>(answered) * 1e9 / elapsed);
    level.server_cpu.push_back(static_cast<double>(target_.cpu_ns() - server_before) / elapsed);
    level.client_cpu.push_back(static_cast<double>(cpu_ns(0) - client_before) / elapsed);
  }

  // Posts, kills the server (or its database) meanwhile, and takes the answers that still arrive: only what was
  // answered with 200 must be there.
  void kill_under_load(unsigned posters, bool database) {
    PostPool pool(target_.port(), posters);
    const auto on_answer = [&](std::uint64_t tag, std::int64_t, const Response& response) {
      if (response.status == 200) enter(tag, response);
    };
    for (const Deadline deadline(kTailSeconds); !deadline.passed();) {
      fill(pool);
      pool.poll(100, on_answer);
    }
    fill(pool);
    database ? target_.kill_database() : target_.kill_server();
    for (const Deadline deadline(30); (database ? pool.in_flight() : pool.alive()) > 0; pool.poll(100, on_answer)) {
      if (deadline.passed()) fail("requests were not answered after the kill");
    }
  }

  Json count_found() const {
    const auto stored = target_.stored();
    std::size_t found = 0;
    for (const auto& [id, number] : ledger_) {
      const auto row = stored.find(id);
      const auto stamp = row == stored.end() ? std::nullopt : find_stamp(row->second);
      if (stamp && stamp->sequence == number) ++found;
    }
    return {{"acked", ledger_.size()}, {"acked_and_found", found}, {"rows", stored.size()}};
  }

 private:
  void fill(PostPool& pool, bool keys = false) {
    while (pool.has_free()) {
      ++sequence_;
      const std::string text = stamp_text({monotonic_ns(), sequence_, 0}, size_);
      // As long as a UUID, and another one each time.
      const std::string header = keys ? "Idempotency-Key: " + text.substr(0, 36) + "\r\n" : "";
      pool.send(post_request(target_.port(), application_token(0), text, header), sequence_);
    }
  }

  void enter(std::uint64_t tag, const Response& response) {
    if (response.status != 200)
      fail("POST answered " + std::to_string(response.status) + ": " + std::string(response.body));
    const std::uint64_t id = id_in(response.body);
    if (!ledger_.emplace(id, static_cast<std::uint32_t>(tag)).second) fail("id " + std::to_string(id) + " given twice");
  }

  PostTarget& target_;
  std::size_t size_;
  std::uint32_t sequence_ = 0;
  std::map<std::uint64_t, std::uint32_t> ledger_;  // id in the answer -> number in the text
};

std::string name(const Level& level) {
  return std::to_string(level.posters) + (level.keys ? " posters, keys" : " posters");
}

// A target and what was measured of it.
struct Subject {
  Posting posting;
  std::vector<Level> levels{};
};

void measure(std::vector<Subject>& subjects, const PostOptions& options) {
  for (Subject& subject : subjects) {
    Level warming{.posters = 16};
    subject.posting.round(warming, 0.5);
    for (const unsigned posters : options.posters) {
      subject.levels.push_back({.posters = posters});
      if (options.keys != 0) subject.levels.push_back({.posters = posters, .keys = true});
    }
  }
  for (unsigned round = 0; round < options.rounds; ++round) {
    for (std::size_t level = 0; level < subjects.front().levels.size(); ++level) {
      for (Subject& subject : subjects) {
        progress("post, " + subject.posting.name() + ", " + name(subject.levels[level]) + ", round " +
                 std::to_string(round + 1) + " of " + std::to_string(options.rounds));
        subject.posting.round(subject.levels[level], options.seconds);
      }
    }
  }
}

Json report(const Subject& subject, Table& table) {
  Json levels = Json::array();
  for (const Level& level : subject.levels) {
    levels.push_back({{"posters", level.posters},
                      {"keys", level.keys},
                      {"posts_per_second", median(level.per_second)},
                      {"rounds", level.per_second},
                      {"p50_us", level.latencies.quantile_us(0.5)},
                      {"p99_us", level.latencies.quantile_us(0.99)},
                      {"max_us", level.latencies.max_us()},
                      {"server_cpus", median(level.server_cpu)},
                      {"client_cpus", median(level.client_cpu)}});
    table.row({subject.posting.name(), name(level), decimal(median(level.per_second), 0),
               decimal(level.latencies.quantile_us(0.5), 0), decimal(level.latencies.quantile_us(0.99), 0),
               decimal(level.latencies.max_us(), 0), decimal(median(level.server_cpu), 2),
               decimal(median(level.client_cpu), 2)});
  }
  return levels;
}

Json run_post(const PostOptions& options) {
  const bool on_postgres = options.dialect == "postgres";
  if (!on_postgres && options.dialect != "sqlite3") fail("--dialect is sqlite3 or postgres");
  if (options.kill != "server" && options.kill != "database") fail("--kill is server or database");
  const auto targets = post_targets(options, on_postgres);
  std::vector<Subject> subjects;
  for (const auto& target : targets) subjects.push_back({Posting(*target, options.size)});
  measure(subjects, options);
  progress("post, kill -9 of the " + options.kill + " under load");
  Posting& killed = subjects.front().posting;
  killed.kill_under_load(options.posters.back(), options.kill == "database");
  Json all{{"ledger", killed.count_found()}, {"threads", options.threads}, {"dialect", options.dialect}};
  Table table({"post", "posters", "POST/s", "p50 us", "p99 us", "max us", "server CPUs", "client CPUs"});
  all["levels"] = report(subjects.front(), table);
  for (std::size_t i = 1; i < subjects.size(); ++i) {
    all["beside"].push_back({{"name", subjects[i].posting.name()}, {"levels", report(subjects[i], table)}});
  }
  table.print();
  const auto acked = all["ledger"]["acked"].get<std::size_t>();
  const auto found = all["ledger"]["acked_and_found"].get<std::size_t>();
  std::printf("after kill -9 of the %s: acked %zu, of these found %zu (must be all)\n", options.kill.c_str(), acked,
              found);
  if (found != acked) fail(std::to_string(acked - found) + " acknowledged messages were lost: the rates are void");
  return all;
}

void bind(Flags& flags, PostOptions& options) {
  flags.add("--seconds", options.seconds, "length of a round");
  flags.add("--posters", options.posters, "connections of the posters");
  flags.add("--dialect", options.dialect, "sqlite3; or postgres, with SQLite (and Gotify) beside it");
  flags.add("--kill", options.kill, "what is killed at the end: server or database");
  flags.add("--keys", options.keys, "1 = each of these also with an Idempotency-Key on every POST");
}

}  // namespace

Scenario post_scenario() {
  return scenario("post", "durable POSTs per second, and kill -9 in the middle of them", bind, run_post);
}

}  // namespace push::bench
