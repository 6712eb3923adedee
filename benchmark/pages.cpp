// pages: pages from a database of millions of messages, and what other users notice while a million are deleted.
#include <poll.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "benchmark/scenarios.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/probe.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"
#include "support/postgres_server.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

struct PagesOptions : CommonOptions {
  PagesOptions() : CommonOptions{.threads = 0} {}
  unsigned seconds = 5;         // of load before a deletion
  unsigned stored = 1'000'000;  // messages of each of the two big applications
  std::string dialect = "sqlite3";
};

// Users and, with the same number, their first applications. kBusy and kDoomed hold --stored messages each.
enum User : unsigned { kBusy, kDoomed, kFew, kNone, kMany, kPoster, kUsers };

constexpr unsigned kPages = 500;              // of each kind, one after another
constexpr unsigned kManyApplications = 1000;  // of kMany
constexpr unsigned kFewMessages = 20;         // the oldest of all
constexpr unsigned kMixed = 51;               // one message in this many is kMany's
constexpr double kPatience = 600;             // for a deletion
constexpr std::int64_t kLookPeriod = 50'000'000;

std::string application_id(User user) {
  return "(SELECT id FROM applications WHERE token = '" + application_token(user) + "')";
}

// The two big applications alternate, so each page of the file holds messages of both.
std::string seed_sql(const PagesOptions& options) {
  const std::string text = "'" + std::string(options.size, 'x') + "'";
  const std::string columns = "INSERT INTO messages (application_id, message, title, priority, date) ";
  const std::string counted = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ";
  const std::string rest = ", " + text + ", 'title', 0, '2026-01-01 00:00:00+00:00' FROM n;";
  const std::uint64_t total = std::uint64_t{options.stored} * 2 * kMixed / (kMixed - 1);
  return counted + std::to_string(kManyApplications - 1) +
         ") INSERT INTO applications (token, user_id, name, description, internal, image, default_priority, "
         "created_at, "
         "sort_key) SELECT 'Amany' || i, user_id, 'many', '', 0, '', 0, created_at, 'm' || i"
         " FROM n, applications WHERE applications.id = " +
         application_id(kMany) + ";" + counted + std::to_string(kFewMessages) + ") " + columns + "SELECT " +
         application_id(kFew) + rest + counted + std::to_string(total) + "), a(busy, doomed, many) AS (SELECT " +
         application_id(kBusy) + ", " + application_id(kDoomed) + ", max(id) FROM applications) " + columns +
         "SELECT CASE WHEN i % " + std::to_string(kMixed) + " = 0 THEN many - (i / " + std::to_string(kMixed) + ") % " +
         std::to_string(kManyApplications - 1) + " WHEN i % 2 THEN busy ELSE doomed END, " + text +
         ", 'title', 0, '2026-01-01 00:00:00+00:00' FROM n, a;";
}

// The same for PostgreSQL.
std::string seed_postgres_sql(const PagesOptions& options) {
  const std::string text = "'" + std::string(options.size, 'x') + "'";
  const std::string columns = "INSERT INTO messages (application_id, message, title, priority, date) SELECT ";
  const std::string rest = ", " + text + ", 'title', 0, '2026-01-01 00:00:00+00' FROM generate_series(1, ";
  const std::string total = std::to_string(std::uint64_t{options.stored} * 2 * kMixed / (kMixed - 1));
  const std::string mixed = std::to_string(kMixed);
  const std::string many = std::to_string(kManyApplications - 1);
  return "INSERT INTO applications (token, user_id, name, description, internal, image, default_priority, created_at,"
         " sort_key) SELECT 'Amany' || i, user_id, 'many', '', false, '', 0, created_at, ('m' || i)::bytea FROM"
         " generate_series(1, " +
         many + ") AS i, applications WHERE applications.id = " + application_id(kMany) + ";" + columns +
         application_id(kFew) + rest + std::to_string(kFewMessages) + ") AS i;" + columns + "CASE WHEN i % " + mixed +
         " = 0 THEN (SELECT max(id) FROM applications) - (i / " + mixed + ") % " + many + " WHEN i % 2 = 1 THEN " +
         application_id(kBusy) + " ELSE " + application_id(kDoomed) + " END" + rest + total + ") AS i;";
}

// The database under measurement.
class Messages {
 public:
  explicit Messages(bool on_postgres) {
    if (!on_postgres) return;
    postgres_ = std::make_unique<test::PrivatePostgres>(support::Settings{{"shared_buffers", "128MB"}});
    disk_folder(postgres_->folder());
    connection_ = postgres_->new_database();
  }
  const std::string& connection() const { return connection_; }
  // With what PostgreSQL does by itself in time.
  void seed(const std::string& path, const PagesOptions& options) const {
    if (postgres_ == nullptr) return run_offline(path, seed_sql(options));
    test::psql(connection_, seed_postgres_sql(options));
    test::psql(connection_, "VACUUM ANALYZE");
    test::psql(postgres_->superuser(), "CHECKPOINT");  // otherwise the figures without a deletion hold what it costs
  }
  std::int64_t look_up(const Server& server, const std::string& sql) const {
    if (postgres_ == nullptr) return bench::look_up(server.database(), sql);
    return std::stoll(test::psql(connection_, sql).at(0));
  }

 private:
  std::unique_ptr<test::PrivatePostgres> postgres_;
  std::string connection_;
};

Json figures_of(const Histogram& histogram) {
  return {{"count", histogram.count()},
          {"p50_us", histogram.quantile_us(0.5)},
          {"p99_us", histogram.quantile_us(0.99)},
          {"p999_us", histogram.quantile_us(0.999)},
          {"max_us", histogram.max_us()}};
}

void add_row(Table& table, const std::string& name, const Histogram& histogram) {
  table.row({name, std::to_string(histogram.count()), decimal(histogram.quantile_us(0.5) / 1e3, 2),
             decimal(histogram.quantile_us(0.99) / 1e3, 2), decimal(histogram.quantile_us(0.999) / 1e3, 2),
             decimal(histogram.max_us() / 1e3, 2)});
}

// One page after another on one connection; each must hold `expected` messages.
Histogram read_pages(std::uint16_t port, const std::string& target, User user, std::size_t expected) {
  PostPool pool(port, 1);
  Histogram times;
  const std::string request = token_request(port, "GET", target, client_token(user));
  for (unsigned i = 0; i < kPages; ++i) {
    pool.send(request, i);
    const Deadline deadline(30);
    for (bool answered = false; !answered;) {
      if (deadline.passed()) fail("no answer to GET " + target);
      pool.poll(100, [&](std::uint64_t, std::int64_t written_ns, const Response& response) {
        times.record(monotonic_ns() - written_ns);
        require_ok(response, "GET " + target);
        const std::size_t found = Json::parse(response.body).at("messages").size();
        if (found != expected) fail("GET " + target + " gave " + std::to_string(found) + " messages");
        answered = true;
      });
    }
  }
  return times;
}

class Neighbours {
 public:
  explicit Neighbours(std::uint16_t port)
      : probes_{{{"GET /message", port, token_request(port, "GET", "/message", client_token(kMany)), 50},
                 {"POST /message", port, post_request(port, application_token(kPoster), "from a neighbour"), 200},
                 {"GET /application", port, token_request(port, "GET", "/application", client_token(kFew)), 100}}} {}

  // Runs until `over` returns true and everything is answered; `over` is called between any two steps.
  template <class Over>
  void run(Over over) {
    for (Probe& probe : probes_) probe.forget();
    const Deadline deadline(kPatience);
    for (bool sending = true; sending || !idle();) {
      if (deadline.passed()) fail("did not finish in time");
      for (Probe& probe : probes_) probe.step(sending);
      sending = sending && !over();
      wait(sending);
    }
  }

  const std::array<Probe, 3>& probes() const { return probes_; }

 private:
  bool idle() const {
    return std::all_of(probes_.begin(), probes_.end(), [](const Probe& probe) { return probe.idle(); });
  }

  void wait(bool sending) const {
    std::int64_t until = monotonic_ns() + 5'000'000;
    std::array<pollfd, 3> entries{};
    for (std::size_t i = 0; i < probes_.size(); ++i) {
      entries[i] = {.fd = probes_[i].descriptor(), .events = POLLIN, .revents = 0};
      if (sending) until = std::min(until, probes_[i].due());
    }
    const timespec time{.tv_sec = 0, .tv_nsec = std::max<long>(until - monotonic_ns(), 0)};
    must(::ppoll(entries.data(), entries.size(), &time, nullptr), "ppoll");
  }

  std::array<Probe, 3> probes_;
};

// Deletes with one request while the neighbours continue; over when the request is answered and no message is left.
Json measure_deletion(const Messages& database, const Server& server, const std::string& target, User owner,
                      double seconds) {
  const std::string name = "DELETE " + target;
  const std::int64_t application = database.look_up(server, "SELECT " + application_id(owner));
  const std::string left =
      "SELECT count(*) FROM (SELECT 1 FROM messages WHERE application_id = " + std::to_string(application) +
      " LIMIT 1) AS found";
  const std::int64_t count =
      database.look_up(server, "SELECT count(*) FROM messages WHERE application_id = " + std::to_string(application));
  Neighbours neighbours(server.port());
  Json result{{"request", name}, {"messages", count}};
  Table table({name, "requests", "p50 ms", "p99 ms", "p99.9 ms", "max ms"});
  const auto note = [&](const std::string& when) {
    for (const Probe& probe : neighbours.probes()) {
      add_row(table, probe.name() + " " + when, probe.times());
      result[when][probe.name()] = figures_of(probe.times());
    }
  };
  progress("pages, load without a deletion");
  const Deadline warm(1);
  neighbours.run([&] { return warm.passed(); });
  const Deadline before(seconds);
  neighbours.run([&] { return before.passed(); });
  note("before");

  progress("pages, " + name + " of " + std::to_string(count) + " messages");
  PostPool pool(server.port(), 1);
  const std::int64_t start = monotonic_ns();
  std::int64_t answered = 0;
  std::int64_t gone = 0;
  std::int64_t look = start + kLookPeriod;
  pool.send(token_request(server.port(), "DELETE", target, client_token(owner)), 0);
  neighbours.run([&] {
    pool.poll(0, [&](std::uint64_t, std::int64_t, const Response& response) {
      require_ok(response, name);
      answered = monotonic_ns();
    });
    if (answered != 0 && gone == 0 && monotonic_ns() >= look) {
      if (database.look_up(server, left) == 0) gone = monotonic_ns();
      look = monotonic_ns() + kLookPeriod;
    }
    return gone != 0;
  });
  note("during");
  table.print();
  const auto answer_seconds = static_cast<double>(answered - start) / 1e9;
  const auto gone_seconds = static_cast<double>(gone - start) / 1e9;
  std::printf("%lld messages: answered after %.3f s, off the disk after %.2f s (no other request may take 50 ms)\n",
              static_cast<long long>(count), answer_seconds, gone_seconds);
  result["answered_seconds"] = answer_seconds;
  result["gone_seconds"] = gone_seconds;
  return result;
}

Json run_pages(const PagesOptions& options) {
  const bool on_postgres = options.dialect == "postgres";
  if (!on_postgres && options.dialect != "sqlite3") fail("--dialect is sqlite3 or postgres");
  progress("pages, seeding");
  const Messages database(on_postgres);
  Server server({.program = options.program,
                 .directory = options.dir,
                 .threads = options.threads,
                 .users = kUsers,
                 .seed_more = [&](const std::string& path) { database.seed(path, options); },
                 .postgres = database.connection()});
  const auto messages = database.look_up(server, "SELECT count(*) FROM messages");
  Json result{{"messages", messages}, {"threads", options.threads}, {"deletions", Json::array()}};

  const auto target = [&](User user) {
    return "/application/" + std::to_string(database.look_up(server, "SELECT " + application_id(user)));
  };
  progress("pages, reading");
  Table table(
      {"one page of " + std::to_string(messages) + " messages", "requests", "p50 ms", "p99 ms", "p99.9 ms", "max ms"});
  const auto read = [&](const std::string& name, const std::string& from, User user, std::size_t expected) {
    const Histogram times = read_pages(server.port(), from, user, expected);
    add_row(table, name, times);
    result["pages"][name] = figures_of(times);
  };
  read("a busy application", target(kBusy) + "/message", kBusy, 100);
  read("its user", "/message", kBusy, 100);
  read("an application with few, all old", target(kFew) + "/message", kFew, kFewMessages);
  read("its user, all old", "/message", kFew, kFewMessages);
  read("a user of 1000 applications", "/message", kMany, 100);
  read("a user with none", "/message", kNone, 0);
  table.print();
  std::printf("(a page must take at most 5 ms, an empty one 1 ms)\n\n");

  result["deletions"].push_back(measure_deletion(database, server, target(kBusy) + "/message", kBusy, options.seconds));
  std::printf("\n");
  result["deletions"].push_back(measure_deletion(database, server, target(kDoomed), kDoomed, options.seconds));
  return result;
}

void bind(Flags& flags, PagesOptions& options) {
  flags.add("--seconds", options.seconds, "load before a deletion");
  flags.add("--dialect", options.dialect, "sqlite3 or postgres");
  flags.add("--stored", options.stored, "messages of each of the two big applications");
}

}  // namespace

Scenario pages_scenario() {
  return scenario("pages", "pages from millions of messages, and what a deletion costs others", bind, run_pages);
}

}  // namespace push::bench
