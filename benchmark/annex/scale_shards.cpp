// The registry itself, in this process: threads that publish, join and leave against one hub of 1, 2, 4 … 256 shards.
#include <sched.h>

#include <exception>
#include <latch>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "benchmark/annex/scale.hpp"
#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/stats.hpp"
#include "benchmark/support/table.hpp"
#include "push/hub/hub.hpp"

namespace push::bench {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kUsers = 100'000;
constexpr std::uint64_t kOperations = 4'000'000;  // of all threads together, per round
constexpr unsigned kTimedOneIn = 8;               // one in this many operations is timed
constexpr unsigned kJoinOrLeaveOneIn = 5;         // the others publish
constexpr unsigned kMaxShards = 256;

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ >> 16;
  }

 private:
  std::uint64_t state_;
};

core::UserId user_at(std::uint64_t index) {
  return core::UserId{index + 1};
}

// One thread, which is also one loop: nobody else joins or leaves for it, so it knows what its own bit has to be.
class Member {
 public:
  Member(hub::Hub& hub, hub::LoopIndex loop, unsigned members)
      : hub_(hub), bit_(hub::LoopSet{1} << loop), loop_(loop), members_(members), random_(loop + 1), here_(kUsers) {
    for (std::uint64_t user = loop; user < kUsers; user += members) toggle(user);
  }

  void work(std::uint64_t operations) {
    for (std::uint64_t i = 0; i < operations; ++i) {
      const std::uint64_t user = random_.next() % kUsers;
      const bool publish = random_.next() % kJoinOrLeaveOneIn != 0;
      const std::int64_t before = i % kTimedOneIn == 0 ? monotonic_ns() : 0;
      if (publish) {
        look(user);
      } else {
        toggle(user);
      }
      if (before != 0) times_.record(monotonic_ns() - before);
    }
  }

  bool has(std::uint64_t user) const { return here_[user]; }
  hub::LoopSet bit() const { return bit_; }
  const Histogram& times() const { return times_; }

 private:
  void toggle(std::uint64_t user) {
    if (here_[user]) {
      hub_.leave(user_at(user), loop_);
    } else {
      hub_.join(user_at(user), loop_);
    }
    here_[user] = !here_[user];
  }

  void look(std::uint64_t user) {
    const hub::LoopSet loops = hub_.loops_of(user_at(user));
    if (((loops & bit_) != 0) != here_[user] || loops >> members_ != 0)
      fail("scale shards: user " + std::to_string(user) + " is on loops " + std::to_string(loops));
  }

  hub::Hub& hub_;
  hub::LoopSet bit_;
  hub::LoopIndex loop_;
  unsigned members_;
  Random random_;
  std::vector<bool> here_;
  Histogram times_;
};

void check_all(hub::Hub& hub, const std::vector<std::unique_ptr<Member>>& members) {
  std::size_t online = 0;
  for (std::uint64_t user = 0; user < kUsers; ++user) {
    hub::LoopSet expected = 0;
    for (const auto& member : members) expected |= member->has(user) ? member->bit() : 0;
    if (hub.loops_of(user_at(user)) != expected)
      fail("scale shards: user " + std::to_string(user) + " ended on other loops than joined");
    online += expected != 0 ? 1 : 0;
  }
  if (hub.online_users() != online) fail("scale shards: users online do not add up");
}

// Pins each thread to a core, so that they really run at the same time: the comparison is of locks, not of the
// scheduler.
void pin(unsigned number) {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  must(::sched_getaffinity(0, sizeof allowed, &allowed), "sched_getaffinity");
  unsigned turn = number % static_cast<unsigned>(CPU_COUNT(&allowed));
  unsigned core = 0;
  while (!CPU_ISSET(core, &allowed) || turn-- > 0) ++core;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  must(::sched_setaffinity(0, sizeof one, &one), "sched_setaffinity");
}

struct Cost {
  double cpu_ns = 0;  // of all threads, per operation
  double per_second = 0;
  double p50_us = 0;
  double p999_us = 0;
  double max_us = 0;
};

Cost measure(unsigned shards, unsigned threads) {
  hub::Hub hub(shards);
  std::vector<std::unique_ptr<Member>> members;
  for (unsigned i = 0; i < threads; ++i) members.push_back(std::make_unique<Member>(hub, i, threads));
  std::vector<std::exception_ptr> failures(threads);
  std::latch ready(threads + 1);
  std::vector<std::thread> running;
  for (unsigned i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      try {
        pin(i);
      } catch (...) {
        failures[i] = std::current_exception();
      }
      ready.arrive_and_wait();
      if (failures[i]) return;
      try {
        members[i]->work(kOperations / threads);
      } catch (...) {
        failures[i] = std::current_exception();
      }
    });
  }
  const std::int64_t cpu_before = cpu_ns(0);
  const std::int64_t start = monotonic_ns();
  ready.arrive_and_wait();
  for (std::thread& thread : running) thread.join();
  const auto elapsed = static_cast<double>(monotonic_ns() - start);
  const auto spent = static_cast<double>(cpu_ns(0) - cpu_before);
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  check_all(hub, members);
  Histogram times;
  for (const auto& member : members) times.add(member->times());
  const auto operations = static_cast<double>(kOperations / threads * threads);
  return {.cpu_ns = spent / operations,
          .per_second = operations * 1e9 / elapsed,
          .p50_us = times.quantile_us(0.5),
          .p999_us = times.quantile_us(0.999),
          .max_us = times.max_us()};
}

struct Curve {
  unsigned threads = 0;
  unsigned shards = 0;
  std::vector<Cost> rounds;

  Json figure(double Cost::*part) const {
    std::vector<double> values;
    for (const Cost& cost : rounds) values.push_back(cost.*part);
    return figure_of(values);
  }

  Json figures() const {
    return {{"threads", threads},
            {"shards", shards},
            {"cpu_ns_per_operation", figure(&Cost::cpu_ns)},
            {"operations_per_second", figure(&Cost::per_second)},
            {"p50_us", figure(&Cost::p50_us)},
            {"p999_us", figure(&Cost::p999_us)},
            {"max_us", figure(&Cost::max_us)}};
  }
};

}  // namespace

Json scale_shards(const ScaleOptions& options) {
  std::vector<Curve> curves;
  for (const unsigned threads : {1, 2, 4, 8}) {
    for (unsigned shards = 1; shards <= kMaxShards; shards *= 2) {
      curves.push_back({.threads = threads, .shards = shards, .rounds = {}});
    }
  }
  for (unsigned round = 0; round < options.rounds; ++round) {
    progress("scale shards, round " + std::to_string(round + 1) + " of " + std::to_string(options.rounds));
    for (Curve& curve : curves) curve.rounds.push_back(measure(curve.shards, curve.threads));
  }
  Json result{{"users", kUsers},
              {"operations_a_round", kOperations},
              {"join_or_leave_one_in", kJoinOrLeaveOneIn},
              {"points", Json::array()}};
  Table table({"threads, shards", "CPU ns/operation", "operations/s", "p50 us", "p99.9 us", "max us"});
  for (const Curve& curve : curves) {
    const Json point = curve.figures();
    const auto cell = [&](const char* name, int places) {
      return decimal(point[name]["median"].get<double>(), places);
    };
    table.row({std::to_string(curve.threads) + ", " + std::to_string(curve.shards),
               spread(point["cpu_ns_per_operation"], 0), cell("operations_per_second", 0), cell("p50_us", 2),
               cell("p999_us", 2), cell("max_us", 0)});
    result["points"].push_back(point);
  }
  table.print();
  std::printf("\n");
  return result;
}

}  // namespace push::bench
