#include "push/core/worker_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace push::core {
namespace {

constexpr Line kLine{1};

// Occupies one worker until released. Must outlive the pool: declare it first.
class Gate {
 public:
  WorkerPool::Job job() {
    return [this] {
      entered_.set_value();
      release_.get_future().wait();
    };
  }
  void wait_until_entered() { entered_.get_future().wait(); }
  void release() { release_.set_value(); }

 private:
  std::promise<void> entered_;
  std::promise<void> release_;
};

void occupy(WorkerPool& pool, Gate& gate) {
  WorkerPool::Job job = gate.job();
  ASSERT_TRUE(pool.submit(job, kLine));
  gate.wait_until_entered();
}

TEST(WorkerPool, RunsAJobOnAThreadOfItsOwn) {
  std::promise<std::thread::id> ran;
  WorkerPool pool(1, 10);
  WorkerPool::Job job = [&ran] { ran.set_value(std::this_thread::get_id()); };
  ASSERT_TRUE(pool.submit(job, kLine));
  EXPECT_FALSE(job);
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(WorkerPool, AllThreadsWorkAtOnce) {
  Gate gates[3];
  WorkerPool pool(3, 10);
  for (Gate& gate : gates) occupy(pool, gate);  // each waits until its job has started
  EXPECT_EQ(pool.waiting(), 0U);
  for (Gate& gate : gates) gate.release();
}

TEST(WorkerPool, OneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    WorkerPool pool(1, 100);
    for (int i = 0; i < 50; ++i) {
      WorkerPool::Job job = [&order, i] { order.push_back(i); };
      ASSERT_TRUE(pool.submit(job, kLine));
    }
  }
  ASSERT_EQ(order.size(), 50U);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

// In every lane.
TEST(WorkerPool, SendersTakeTurns) {
  using Queue = WorkerPool::Queue;
  for (const Queue queue : {Queue::jobs, Queue::look_ups, Queue::passwords}) {
    std::string order;
    Gate gate;
    WorkerPool pool(1, 100);
    WorkerPool::Job blocker = gate.job();
    ASSERT_TRUE(pool.submit(blocker, kLine, queue));
    gate.wait_until_entered();
    const auto submit = [&](char name, Line line) {
      WorkerPool::Job job = [&order, name] { order += name; };
      ASSERT_TRUE(pool.submit(job, line, queue));
    };
    for (int i = 0; i < 4; ++i) submit('f', Line{7});  // floods
    submit('a', Line{8});
    submit('b', Line{9});
    EXPECT_EQ(pool.waiting(queue), 6U);
    gate.release();
    pool.stop();
    EXPECT_EQ(order, "fabfff");
  }
}

// Otherwise somebody with long jobs would have most of the time.
TEST(WorkerPool, ALongJobCountsAsManyTurns) {
  std::string order;
  Gate gate;
  WorkerPool pool(1, 100);
  occupy(pool, gate);
  for (int i = 0; i < 3; ++i) {
    WorkerPool::Job job = [&order] {
      order += 'f';
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
    };
    ASSERT_TRUE(pool.submit(job, Line{7}));
  }
  for (int i = 0; i < 10; ++i) {
    WorkerPool::Job job = [&order] { order += 'q'; };
    ASSERT_TRUE(pool.submit(job, Line{8}));
  }
  gate.release();
  pool.stop();
  EXPECT_EQ(order, "fqqqqqqqqqqff");
}

TEST(WorkerPool, OneSenderLeavesRoomForTheOthers) {
  constexpr std::size_t kLimit = 90;
  Gate gate;
  WorkerPool pool(1, kLimit);
  occupy(pool, gate);
  const auto submit = [&pool](Line line) {
    WorkerPool::Job job = [] {};
    return pool.submit(job, line);
  };
  std::size_t taken = 0;
  while (taken < kLimit && submit(Line{7})) ++taken;
  EXPECT_EQ(taken, 80U) << "eight times what is left";
  EXPECT_EQ(submit(Line{7}).error().text, "too many requests of this sender wait for a worker");
  EXPECT_EQ(pool.over_share(), 2U);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(submit(Line{8}));
  for (std::uint64_t other = 100; other < 105; ++other) EXPECT_TRUE(submit(Line{other}));
  EXPECT_EQ(submit(Line{200}).error().text, "too many requests wait for a worker");
  EXPECT_EQ(pool.over_share(), 2U);
  gate.release();
}

TEST(WorkerPool, RefusesBeyondItsLimitAndLeavesTheJobWithTheCaller) {
  std::atomic<int> runs = 0;
  Gate gate;
  WorkerPool pool(1, 2);
  occupy(pool, gate);
  for (int i = 0; i < 2; ++i) {
    WorkerPool::Job job = [&runs] { ++runs; };
    ASSERT_TRUE(pool.submit(job, kLine));
  }
  EXPECT_EQ(pool.waiting(), 2U);
  int refused_runs = 0;
  WorkerPool::Job refused = [&refused_runs] { ++refused_runs; };
  const auto full = pool.submit(refused, kLine);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::unavailable);
  EXPECT_EQ(full.error().text, "too many requests wait for a worker");
  EXPECT_EQ(pool.waiting(), 2U);
  ASSERT_TRUE(refused);
  refused();
  EXPECT_EQ(refused_runs, 1);
  gate.release();
  pool.stop();
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(pool.waiting(), 0U);
}

TEST(WorkerPool, EachLaneHasItsOwnLimit) {
  using Queue = WorkerPool::Queue;
  Gate gates[3];
  WorkerPool pool({.jobs = {1, 1}, .look_ups = {1, 2}, .replays = {1, 4}, .passwords = {1, 3}});
  std::size_t limit = 1;
  for (const Queue queue : {Queue::jobs, Queue::look_ups, Queue::passwords}) {
    Gate& gate = gates[limit - 1];
    WorkerPool::Job blocker = gate.job();
    ASSERT_TRUE(pool.submit(blocker, kLine, queue));
    gate.wait_until_entered();
    for (std::size_t i = 0; i < limit; ++i) {
      WorkerPool::Job job = [] {};
      EXPECT_TRUE(pool.submit(job, kLine, queue));
    }
    WorkerPool::Job one_more = [] {};
    EXPECT_FALSE(pool.submit(one_more, kLine, queue));
    EXPECT_TRUE(one_more);
    EXPECT_EQ(pool.waiting(queue), limit);
    ++limit;
  }
  for (Gate& gate : gates) gate.release();
}

// Whatever holds up one lane, the others go on.
TEST(WorkerPool, NoLaneWaitsForAnother) {
  using Queue = WorkerPool::Queue;
  constexpr Queue kAll[] = {Queue::jobs, Queue::look_ups, Queue::passwords};
  for (const Queue busy : kAll) {
    Gate gate;
    WorkerPool pool(1, 10);
    WorkerPool::Job blocker = gate.job();
    ASSERT_TRUE(pool.submit(blocker, kLine, busy));
    gate.wait_until_entered();
    for (const Queue queue : kAll) {
      if (queue == busy) continue;
      std::promise<void> ran;
      WorkerPool::Job job = [&ran] { ran.set_value(); };
      ASSERT_TRUE(pool.submit(job, kLine, queue));
      ran.get_future().wait();
    }
    gate.release();
  }
}

TEST(WorkerPool, WhatAPasswordAsksForNextIsStillTakenWhileStopping) {
  std::atomic<bool> ran = false;
  Gate gate;
  WorkerPool pool(1, 10);
  WorkerPool::Job first = [&] {
    gate.job()();
    EXPECT_TRUE(pool.is_stopping());
    WorkerPool::Job next = [&ran] { ran = true; };
    EXPECT_TRUE(pool.submit(next, kLine));
  };
  EXPECT_FALSE(pool.is_stopping());
  ASSERT_TRUE(pool.submit(first, kLine, WorkerPool::Queue::passwords));
  gate.wait_until_entered();
  std::thread releaser([&] {
    while (!pool.is_stopping()) std::this_thread::yield();
    gate.release();
  });
  pool.stop();
  releaser.join();
  EXPECT_TRUE(ran);
}

TEST(WorkerPool, StopRunsWhatWaitsAndThenRefuses) {
  std::atomic<int> runs = 0;
  Gate gate;
  WorkerPool pool(1, 10);
  occupy(pool, gate);
  for (int i = 0; i < 5; ++i) {
    WorkerPool::Job job = [&runs] { ++runs; };
    ASSERT_TRUE(pool.submit(job, kLine));
  }
  gate.release();
  pool.stop();
  EXPECT_EQ(runs, 5);
  WorkerPool::Job late = [&runs] { ++runs; };
  const auto stopped = pool.submit(late, kLine);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().text, "the server is stopping");
  EXPECT_TRUE(late);
  pool.stop();
  EXPECT_EQ(runs, 5);
}

TEST(WorkerPool, AJobIsDestroyedOnceItHasRun) {
  Gate next;
  WorkerPool pool(1, 10);
  auto token = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = token;
  WorkerPool::Job job = [owned = std::move(token)] { EXPECT_EQ(*owned, 1); };
  ASSERT_TRUE(pool.submit(job, kLine));
  occupy(pool, next);  // starts only after the first job's end
  EXPECT_TRUE(watch.expired());
  next.release();
}

TEST(WorkerPool, ManySubmittersLoseNothing) {
  std::atomic<int> runs = 0;
  std::atomic<int> taken = 0;
  {
    WorkerPool pool(2, 64);
    std::vector<std::thread> submitters;
    for (int i = 0; i < 4; ++i) {
      submitters.emplace_back([&] {
        for (int round = 0; round < 2000; ++round) {
          WorkerPool::Job job = [&runs] { ++runs; };
          if (pool.submit(job, kLine)) ++taken;
        }
      });
    }
    for (std::thread& thread : submitters) thread.join();
  }
  EXPECT_GT(taken, 0);
  EXPECT_EQ(runs, taken);
}

TEST(WorkerPool, NeedsAThread) {
  EXPECT_DEATH(WorkerPool(0, 1), "broken invariant: size.threads > 0");
}

}  // namespace
}  // namespace push::core
