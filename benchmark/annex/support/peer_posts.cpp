#include "benchmark/annex/support/peer_posts.hpp"

#include <string>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"

namespace push::bench {
namespace {
constexpr double kPatience = 60;
constexpr double kTailSeconds = 1;  // under load before the kill
}  // namespace

void PeerPosts::fill(PostPool& pool) {
  while (pool.has_free()) {
    ++sequence_;
    pool.send(peer_.request({monotonic_ns(), sequence_, 0}), sequence_);
  }
}

void PeerPosts::enter(std::uint64_t tag, const Response& response) {
  if (response.status != 200)
    fail("POST answered " + std::to_string(response.status) + ": " + std::string(response.body));
  const std::uint64_t id = id_in(response.body);
  if (!ledger_.emplace(id, static_cast<std::uint32_t>(tag)).second) fail("id " + std::to_string(id) + " given twice");
}

void PeerPosts::round(unsigned posters, double seconds, bool keep) {
  PostPool pool(peer_.port(), posters);
  const std::size_t before = ledger_.size();
  const std::int64_t start = monotonic_ns();
  std::int64_t last = start;
  const auto on_answer = [&](std::uint64_t tag, std::int64_t written_ns, const Response& response) {
    last = monotonic_ns();
    if (keep) latencies_.record(last - written_ns);
    enter(tag, response);
  };
  for (const Deadline end(seconds); !end.passed(); pool.poll(100, on_answer)) fill(pool);
  for (const Deadline deadline(kPatience); pool.in_flight() > 0; pool.poll(100, on_answer)) {
    if (deadline.passed()) fail("POSTs were not answered");
  }
  if (pool.alive() != posters) fail("the server closed keep-alive connections under load");
  const auto answered = static_cast<double>(ledger_.size() - before);
  if (keep) per_second_.push_back(answered * 1e9 / static_cast<double>(last - start));
}

PeerPosts::Found PeerPosts::kill_and_count(unsigned posters) {
  PostPool pool(peer_.port(), posters);
  const auto on_answer = [&](std::uint64_t tag, std::int64_t, const Response& response) {
    if (response.status != 0) enter(tag, response);
  };
  for (const Deadline end(kTailSeconds); !end.passed(); pool.poll(100, on_answer)) fill(pool);
  fill(pool);
  peer_.kill_hard();
  for (const Deadline deadline(kPatience); pool.alive() > 0; pool.poll(100, on_answer)) {
    if (deadline.passed()) fail("connections outlived the server");
  }
  const auto stored = stored_messages(peer_.database());
  Found result{.acked = ledger_.size()};
  for (const auto& [id, number] : ledger_) {
    const auto row = stored.find(id);
    const auto stamp = row == stored.end() ? std::nullopt : find_stamp(row->second);
    if (stamp && stamp->sequence == number) ++result.found;
  }
  return result;
}

}  // namespace push::bench
