#include "push/core/thread.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <string>

#include "push/core/mutex.hpp"

namespace push::core {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

std::multiset<std::string> names_of_threads() {
  std::multiset<std::string> names;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    names.insert(name);
  }
  return names;
}

// Waits until a stop is requested.
void rest(const std::stop_token& stop) {
  while (sleep_for(stop, hours(1))) {
  }
}

TEST(Thread, HasItsNameBeforeItsBodyBegins) {
  std::promise<std::multiset<std::string>> seen;
  Thread thread("fifteen-letters", [&seen](const std::stop_token&) { seen.set_value(names_of_threads()); });
  EXPECT_EQ(seen.get_future().get().count("fifteen-letters"), 1U);
  thread.join();
  EXPECT_EQ(names_of_threads().count("fifteen-letters"), 0U);
}

TEST(Thread, StopWakesABodyThatSleepsAndIsIdempotent) {
  std::atomic<bool> ended = false;
  Thread thread("sleeper", [&ended](const std::stop_token& stop) {
    rest(stop);
    ended = true;
  });
  EXPECT_FALSE(thread.stop_requested());
  thread.stop();
  EXPECT_TRUE(ended);
  EXPECT_TRUE(thread.stop_requested());
  thread.stop();
}

TEST(Thread, SeveralThreadsMayStopItAtOnce) {
  std::atomic<bool> ended = false;
  Thread thread("sleeper", [&ended](const std::stop_token& stop) {
    rest(stop);
    std::this_thread::sleep_for(milliseconds(20));
    ended = true;
  });
  Thread other("other", [&thread, &ended](const std::stop_token&) {
    thread.stop();
    EXPECT_TRUE(ended);
  });
  thread.stop();
  EXPECT_TRUE(ended);
}

TEST(Thread, TheDestructorStops) {
  std::atomic<bool> ended = false;
  {
    const Thread thread("sleeper", [&ended](const std::stop_token& stop) {
      rest(stop);
      ended = true;
    });
  }
  EXPECT_TRUE(ended);
}

TEST(Thread, WithoutABodyThereIsNothingToStop) {
  Thread none;
  none.stop();
  EXPECT_FALSE(none.is_current());
}

TEST(Thread, KnowsWhetherTheCallerRunsOnIt) {
  std::promise<Thread*> self;
  std::promise<bool> answer;
  Thread thread("asker",
                [&self, &answer](const std::stop_token&) { answer.set_value(self.get_future().get()->is_current()); });
  self.set_value(&thread);
  EXPECT_TRUE(answer.get_future().get());
  EXPECT_FALSE(thread.is_current());
}

TEST(ThreadDeathTest, ANameThatTheKernelWouldNotTakeEndsTheProgram) {
  EXPECT_DEATH(Thread("sixteen-letters-", [](const std::stop_token&) {}), "broken invariant");
}

TEST(SleepFor, SaysWhetherTheTimePassed) {
  std::stop_source source;
  EXPECT_TRUE(sleep_for(source.get_token(), milliseconds(1)));
  source.request_stop();
  EXPECT_FALSE(sleep_for(source.get_token(), hours(1)));
}

TEST(Condition, ARequestToStopEndsAWait) {
  Mutex mutex;
  Condition condition;
  std::atomic<bool> waiting = false;
  Thread thread("waiter", [&](const std::stop_token& stop) {
    const Lock lock(mutex);
    while (!stop.stop_requested()) {
      waiting = true;
      condition.wait(mutex, stop);
      condition.wait_for(mutex, stop, hours(1));
    }
  });
  while (!waiting) std::this_thread::yield();
  thread.stop();
}

}  // namespace
}  // namespace push::core
