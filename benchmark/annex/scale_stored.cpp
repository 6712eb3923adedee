// Stored messages, all of one application: the cost of another one, and how long a page takes.
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "benchmark/annex/scale.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/names.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/posting.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kPosters = 16;
constexpr unsigned kPosts = 5000;  // per round
constexpr unsigned kPages = 300;   // per round
constexpr unsigned kPageSize = 100;
constexpr double kPatience = 60;

std::string fill_sql(unsigned count, std::size_t size) {
  return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
         ") INSERT INTO messages (application_id, message, title, priority, date) SELECT (SELECT id FROM applications "
         "WHERE token = '" +
         application_token(0) + "'), '" + std::string(size, 'x') + "', 'title', 0, '2026-01-01 00:00:00+00:00' FROM n";
}

// A server whose database holds the same number of messages before each round.
class Archive {
 public:
  Archive(const ScaleOptions& options, unsigned stored)
      : stored_(stored),
        size_(options.size),
        server_({.program = options.program,
                 .directory = options.dir,
                 .threads = options.threads,
                 .users = 1,
                 .seed_more = [&](const std::string& path) { run_offline(path, fill_sql(stored, options.size)); }}) {
    measure_pages();
    measure_posts();
  }

  void round() {
    take_back();
    const auto [page_us, page_cpu_us] = measure_pages();
    page_us_.push_back(page_us);
    page_cpu_us_.push_back(page_cpu_us);
    post_cpu_us_.push_back(measure_posts());
  }

  // Every message that was acknowledged and not deleted is in the file of a killed server.
  void close() {
    server_.kill_hard();
    const auto rows = look_up(server_.database(), "SELECT count(*) FROM messages");
    if (rows != std::int64_t{stored_} + kPosts) {
      fail("scale: " + std::to_string(stored_) + " stored and " + std::to_string(kPosts) + " posted, but " +
           std::to_string(rows) + " rows after kill -9");
    }
  }

  Json figures() const {
    return {{"stored", stored_},
            {"messages_of_a_page", std::min(stored_, kPageSize)},
            {"server_cpu_us_per_post", figure_of(post_cpu_us_)},
            {"page_us", figure_of(page_us_)},
            {"server_cpu_us_per_page", figure_of(page_cpu_us_)}};
  }

 private:
  double measure_posts() {
    PostPool pool(server_.port(), kPosters);
    const std::string request = post_request(server_.port(), application_token(0), std::string(size_, 'y'));
    const std::int64_t before = server_.cpu_ns();
    unsigned sent = 0;
    for (const Deadline deadline(kPatience); posted_.size() < kPosts;) {
      if (deadline.passed()) fail("scale: POSTs were not answered");
      for (; sent < kPosts && pool.has_free(); ++sent) pool.send(request, sent);
      pool.poll(100, [&](std::uint64_t, std::int64_t, const Response& response) {
        if (response.status != 200) fail("POST answered " + std::to_string(response.status));
        posted_.push_back(id_in(response.body));
      });
    }
    return static_cast<double>(server_.cpu_ns() - before) / 1e3 / kPosts;
  }

  // Deletes the posted messages, so that the pages hold the stored ones again.
  void take_back() {
    request_all(server_.port(), kPosters, posted_.size(), [&](std::size_t i) {
      return token_request(server_.port(), "DELETE", "/message/" + std::to_string(posted_[i]), client_token(0));
    });
    posted_.clear();
  }

  std::pair<double, double> measure_pages() const {
    PostPool pool(server_.port(), 1);
    Histogram times;
    const std::string request =
        token_request(server_.port(), "GET", "/message?limit=" + std::to_string(kPageSize), client_token(0));
    const std::int64_t before = server_.cpu_ns();
    for (const Deadline deadline(kPatience); times.count() < kPages;) {
      if (deadline.passed()) fail("scale: pages were not answered");
      if (pool.has_free()) pool.send(request, 0);
      pool.poll(100, [&](std::uint64_t, std::int64_t written_ns, const Response& response) {
        times.record(monotonic_ns() - written_ns);
        if (response.status != 200) fail("GET /message answered " + std::to_string(response.status));
        const std::size_t found = Json::parse(response.body).at("messages").size();
        if (found != std::min(stored_, kPageSize)) fail("scale: a page of " + std::to_string(found) + " messages");
      });
    }
    return {times.quantile_us(0.5), static_cast<double>(server_.cpu_ns() - before) / 1e3 / kPages};
  }

  unsigned stored_;
  std::size_t size_;
  Server server_;
  std::vector<std::uint64_t> posted_;
  std::vector<double> post_cpu_us_;
  std::vector<double> page_us_;
  std::vector<double> page_cpu_us_;
};

}  // namespace

Json scale_stored(const ScaleOptions& options) {
  std::vector<std::unique_ptr<Archive>> archives;
  for (const unsigned stored : decades(options.stored, false)) {
    progress("scale stored, a server for " + std::to_string(stored));
    archives.push_back(std::make_unique<Archive>(options, stored));
  }
  for (unsigned round = 0; round < options.rounds; ++round) {
    progress("scale stored, round " + std::to_string(round + 1) + " of " + std::to_string(options.rounds));
    for (const auto& archive : archives) archive->round();
  }
  Json result{{"posters", kPosters}, {"posts_a_round", kPosts}, {"points", Json::array()}};
  Table table({"stored messages", "server CPU us/POST", "page us", "server CPU us/page", "messages of a page"});
  for (const auto& archive : archives) {
    archive->close();
    const Json point = archive->figures();
    table.row({std::to_string(point["stored"].get<unsigned>()), spread(point["server_cpu_us_per_post"], 1),
               spread(point["page_us"], 0), spread(point["server_cpu_us_per_page"], 0),
               std::to_string(point["messages_of_a_page"].get<unsigned>())});
    result["points"].push_back(point);
  }
  table.print();
  std::printf("after kill -9 every answered message was found\n\n");
  return result;
}

}  // namespace push::bench
