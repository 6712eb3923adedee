#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <latch>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

#include "push/core/clock.hpp"
#include "push/store/open.hpp"
#include "reliability/postgres/bench.hpp"
#include "reliability/postgres/trials.hpp"
#include "support/postgres_server.hpp"
#include "support/process.hpp"
#include "support/wait.hpp"

namespace push::trials {
namespace {

constexpr int kWriters = 3;
constexpr std::size_t kLargeBytes = 64 * 1024;
constexpr std::chrono::milliseconds kFrozen{40};
constexpr std::chrono::milliseconds kBetween{15};

// One writer's loop, one batch after the other. A line per answer: `ok TEXT ID`, `no TEXT` (not stored), `unknown
// TEXT`, and `wait MICROSECONDS` per batch.
class Writer {
 public:
  Writer(store::Store& store, std::string node, std::ofstream& ledger)
      : store_(store), node_(std::move(node)), ledger_(ledger) {}

  void append(const core::ApplicationId application, std::size_t messages, std::size_t bytes) {
    const auto begin = core::steady_now();
    std::latch done(static_cast<std::ptrdiff_t>(messages));
    for (std::size_t i = 0; i < messages; ++i) {
      const std::string text = node_ + "." + std::to_string(++number_);
      store::NewMessage message;
      message.application = application;
      message.title = text;
      message.message.assign(bytes, 'x');
      message.date = core::wall_now();
      const auto queued = store_.append(std::move(message), [&, text](core::Result<store::StoredMessage> answer) {
        note(text, answer, answer ? core::value(answer->id) : 0);
        done.count_down();
      });
      if (!queued) done.count_down();
    }
    done.wait();
    note_wait(begin);
  }

  // A client is added, changed and, every other time, deleted; a message is marked as read.
  void change(core::UserId user, core::MessageId message) {
    const auto begin = core::steady_now();
    const std::string token = node_ + "." + std::to_string(++number_);
    const auto made = test::await(store_, &store::Store::create_client, store::NewClient{user, token, "first", 0});
    note(token, made, made ? core::value(made->id) : 0);
    note_wait(begin);
    const auto next = core::steady_now();
    (void)test::await(store_, &store::Store::mark_read, user, std::vector<core::MessageId>{message});
    note_wait(next);
    if (!made || number_ % 2 == 0) return;
    const auto gone = test::await(store_, &store::Store::delete_client, user, made->id);
    const std::lock_guard lock(mutex_);
    ledger_ << (gone ? "gone " : "perhaps ") << token << std::endl;
  }

 private:
  template <class Answer>
  void note(const std::string& text, const Answer& answer, std::uint64_t id) {
    const std::lock_guard lock(mutex_);
    if (answer) {
      ledger_ << "ok " << text << ' ' << id << std::endl;
    } else {
      ledger_ << (answer.error().code == core::ErrorCode::internal ? "unknown " : "no ") << text << std::endl;
    }
  }
  void note_wait(core::SteadyTime begin) {
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(core::steady_now() - begin);
    const std::lock_guard lock(mutex_);
    ledger_ << "wait " << took.count() << std::endl;
  }

  store::Store& store_;
  const std::string node_;
  std::ofstream& ledger_;
  std::mutex mutex_;
  int number_ = 0;
};

// Of all writers.
struct Ledger {
  std::map<std::string, std::string> acknowledged;  // text or token → id
  std::set<std::string> refused;
  std::set<std::string> gone;
  int unknown = 0;
  std::vector<long> waits;  // microseconds, of those that were not stopped
};

void read(const std::string& path, bool was_stopped, Ledger& ledger) {
  std::istringstream lines(support::read_text(path));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string what, text, id;
    words >> what >> text >> id;
    if (what == "ok" && !ledger.acknowledged.emplace(text, id).second) fault("answered twice: " + text);
    if (what == "no") ledger.refused.insert(text);
    if (what == "unknown") ++ledger.unknown;
    if (what == "gone" || what == "perhaps") ledger.gone.insert(text);
    if (what == "wait" && !was_stopped) ledger.waits.push_back(std::stol(text));
  }
}

void audit(const Ledger& ledger, const std::string& database, const std::string& rows) {
  std::map<std::string, std::string> stored;
  std::set<std::string> ids;
  for (const std::string& row : test::psql(database, rows)) {
    const auto bar = row.find('|');
    if (!stored.emplace(row.substr(0, bar), row.substr(bar + 1)).second) fault("stored twice: " + row);
    if (!ids.insert(row.substr(bar + 1)).second) fault("id twice: " + row);
  }
  for (const auto& [text, id] : ledger.acknowledged) {
    const auto found = stored.find(text);
    if (found == stored.end()) {
      if (!ledger.gone.contains(text)) fault("lost: " + text + " " + id);
    } else if (found->second != id) {
      fault("another id: " + text);
    }
  }
  for (const std::string& text : ledger.refused) {
    if (stored.contains(text)) fault("answered as not stored, but it is: " + text);
  }
}

}  // namespace

void write(const std::string& connection, const std::string& node, const std::string& what, const std::string& path) {
  metrics::Registry metrics;
  config::Cluster cluster;
  cluster.bus = config::BusKind::postgres;
  cluster.node = node;
  auto opened = store::open(settings_for(connection), metrics, &core::wall_now, {}, cluster);
  if (!opened) throw support::Failure(opened.error().text);
  std::ofstream ledger(path);
  Writer writer(**opened, node, ledger);
  const core::ApplicationId application{1};
  for (;;) {
    if (what == "messages") writer.append(application, 16, 100);
    if (what == "large") writer.append(application, 16, kLargeBytes);
    if (what == "changes") writer.change(core::UserId{1}, core::MessageId{1});
  }
}

void freeze(int rounds, const std::string& what) {
  test::PrivatePostgres server(support::Settings{{"fsync", "off"}});
  const std::string database = server.new_database();
  { const Bench bench(database); }
  test::psql(database, "INSERT INTO messages (application_id, message) VALUES (1, 'first')");
  const support::TemporaryDirectory folder;
  std::vector<support::Process> writers;
  std::vector<std::string> paths;
  for (int i = 0; i < kWriters; ++i) {
    const std::string node = "n" + std::to_string(i);
    paths.push_back(folder.file(node));
    writers.push_back(support::Process::fork([&, path = paths.back()] { write(database, node, what, path); }));
    if (!support::eventually([&] { return support::read_text(paths.back()).size() > 100; }))
      throw support::Failure(node);
  }
  for (int round = 0; round < rounds; ++round) {
    writers[0].signal(SIGSTOP);
    std::this_thread::sleep_for(kFrozen);
    writers[0].signal(SIGCONT);
    std::this_thread::sleep_for(kBetween);
    for (auto& writer : writers) {
      if (!writer.running()) return fault("a writer has ended");
    }
  }
  for (auto& writer : writers) writer.kill_hard();
  // What they had sent is done or given up.
  support::eventually([&] {
    return test::psql(database,
                      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sharded-gotify' AND datname ="
                      " current_database()")
               .front() == "0";
  });
  Ledger ledger;
  for (int i = 0; i < kWriters; ++i) read(paths[static_cast<std::size_t>(i)], i == 0, ledger);
  audit(ledger, database,
        what == "changes" ? "SELECT token, id FROM clients" : "SELECT title, id FROM messages WHERE title <> ''");
  std::sort(ledger.waits.begin(), ledger.waits.end());
  const auto at = [&](double share) {
    return static_cast<double>(
               ledger.waits[static_cast<std::size_t>(share * static_cast<double>(ledger.waits.size() - 1))]) /
           1000;
  };
  std::printf(
      "stops=%d acknowledged=%zu refused=%zu unknown=%d others_waits=%zu median_ms=%.1f p99_ms=%.1f longest_ms=%.1f\n",
      rounds, ledger.acknowledged.size(), ledger.refused.size(), ledger.unknown, ledger.waits.size(), at(0.5), at(0.99),
      at(1));
}

}  // namespace push::trials
