// Asks the loops who is online.
#include <algorithm>
#include <bit>
#include <boost/asio/post.hpp>
#include <latch>
#include <map>
#include <utility>

#include "net/census.hpp"
#include "net/loop.hpp"
#include "push/core/check.hpp"
#include "push/net/loop_pool.hpp"

namespace push::net {
namespace {

constexpr std::size_t kUsersInOrder = 1024;  // asked for in one go

void append(std::vector<OpenStreams>& streams, std::size_t loop,
            const std::array<Census::Tally, stream::kTransports>& tallies) {
  for (std::size_t i = 0; i < tallies.size(); ++i) {
    const Census::Tally& tally = tallies[i];
    if (tally.streams == 0) continue;
    streams.push_back({static_cast<hub::LoopIndex>(loop), static_cast<stream::Transport>(i), tally.streams,
                       tally.frames, tally.bytes});
  }
}

}  // namespace

void Loop::count(Census::Question question, Counted counted) {
  PUSH_CHECK(on_loop_thread());
  go_on(std::make_shared<Census>(roster_, connections_, std::move(question)), std::move(counted));
}

void Loop::go_on(std::shared_ptr<Census> census, Counted counted) {
  if (!census->go_on()) return counted(census->take());
  boost::asio::post(context_, [this, census = std::move(census), counted = std::move(counted)]() mutable {
    go_on(std::move(census), std::move(counted));
  });
}

std::vector<OnlineKey> LoopPool::online(const Query& query) {
  std::vector<OnlineKey> found;
  if (query.user) {
    count({*query.user}, query.after, query.most, found);
    return found;
  }
  const hub::Hub& hub = shared_->hub;
  for (std::size_t shard = query.after ? hub.shard_of(query.after->user) : 0; shard < hub.shards(); ++shard) {
    std::vector<core::UserId> users = hub.online_in(shard);
    std::sort(users.begin(), users.end());
    const bool begins_here = query.after && hub.shard_of(query.after->user) == shard;
    auto from = begins_here ? std::lower_bound(users.begin(), users.end(), query.after->user) : users.begin();
    while (from != users.end()) {
      if (found.size() == query.most) return found;
      const std::size_t wanted = std::min(query.most - found.size(), kUsersInOrder);
      const auto to = std::next(from, std::min(static_cast<std::ptrdiff_t>(wanted), std::distance(from, users.end())));
      count({from, to}, begins_here ? query.after : std::nullopt, query.most - found.size(), found);
      from = to;
    }
  }
  return found;
}

void LoopPool::count(const std::vector<core::UserId>& users, const std::optional<hub::Key>& after, std::size_t most,
                     std::vector<OnlineKey>& found) {
  const hub::Hub& hub = shared_->hub;
  std::map<std::size_t, std::vector<core::UserId>> by_loop;
  for (const core::UserId user : users) {
    for (hub::LoopSet loops = hub.loops_of(user); loops != 0; loops &= loops - 1) {
      by_loop[static_cast<std::size_t>(std::countr_zero(loops))].push_back(user);
    }
  }
  std::vector<Census::Tallies> counted(loops_.size());
  std::latch done(static_cast<std::ptrdiff_t>(by_loop.size()));
  for (auto& [index, asked] : by_loop) {
    Loop& loop = *loops_[index];
    loop.drop(Order(
        [&loop, &into = counted[index], &done, question = Census::Question{std::move(asked), after, most}]() mutable {
          loop.count(std::move(question), [&into, &done](Census::Tallies tallies) {
            into = std::move(tallies);
            done.count_down();
          });
        }));
  }
  done.wait();
  // A loop that has more keeps back only keys above `most` others.
  std::map<hub::Key, std::vector<OpenStreams>, Census::ByUserAndClient> merged;
  for (std::size_t loop = 0; loop < counted.size(); ++loop) {
    for (const auto& [key, tallies] : counted[loop]) append(merged[key], loop, tallies);
  }
  for (auto& [key, streams] : merged) {
    if (most-- == 0) return;
    found.push_back({key, hub.shard_of(key.user), std::move(streams)});
  }
}

}  // namespace push::net
