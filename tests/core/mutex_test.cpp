#include "push/core/mutex.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace push::core {
namespace {

class Counter {
 public:
  void add() {
    const Lock lock(mutex_);
    ++value_;
    changed_.notify_all();
  }
  void wait_for_at_least(int value) {
    const Lock lock(mutex_);
    while (value_ < value) changed_.wait(mutex_);
  }
  int value() {
    const Lock lock(mutex_);
    return value_;
  }

 private:
  Mutex mutex_;
  Condition changed_;
  int value_ PUSH_GUARDED_BY(mutex_) = 0;
};

TEST(Mutex, KeepsThreadsApart) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counter] {
      for (int round = 0; round < 5000; ++round) counter.add();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.value(), 20000);
}

TEST(Condition, WakesWhoWaitsAndLetsOthersInMeanwhile) {
  Counter asked;
  Counter answered;
  std::thread other([&] {
    asked.wait_for_at_least(1);
    answered.add();
    asked.wait_for_at_least(2);
    answered.add();
  });
  asked.add();
  answered.wait_for_at_least(1);
  asked.add();
  answered.wait_for_at_least(2);
  other.join();
  EXPECT_EQ(answered.value(), 2);
}

TEST(Condition, WaitForReturnsWithTheLockHeldWhenNobodyNotifies) {
  Mutex mutex;
  Condition condition;
  int guarded = 0;
  {
    const Lock lock(mutex);
    condition.wait_for(mutex, std::stop_token(), std::chrono::milliseconds(1));
    ++guarded;
  }
  std::thread([&] {
    const Lock lock(mutex);
    ++guarded;
  }).join();
  EXPECT_EQ(guarded, 2);
}

}  // namespace
}  // namespace push::core
