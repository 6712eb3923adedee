#include "store/purger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/wait.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using core::Result;
using Progress = Purger::Progress;
using support::eventually;
using ::testing::ElementsAre;

constexpr Purger::Limits kRoomy{.queue = 1024, .retry_after = std::chrono::milliseconds(1'000)};

template <class... Works>
std::vector<Purger::Slice> standing(Works... works) {
  std::vector<Purger::Slice> all;
  (all.emplace_back(std::move(works)), ...);
  return all;
}

class PurgerTest : public ::testing::Test {
 protected:
  ~PurgerTest() override { let_go(); }  // a failed assertion must not leave the purger held

  void start(Purger::Limits limits = kRoomy) {
    purger = std::make_unique<Purger>(standing([] { return Result<Progress>(Progress{0, true}); }), metrics, limits);
  }

  // Holds the purge thread inside the first slice of the job "held", so that later jobs queue up.
  void start_held(Purger::Limits limits = kRoomy) {
    start(limits);
    ASSERT_TRUE(purger->submit(
        [this]() -> Result<Progress> {
          entered.count_down();
          release.wait();
          events.emplace_back("held");
          return Progress{1, true};
        },
        note_end("held")));
    entered.wait();
  }

  void let_go() {
    if (!release.try_wait()) release.count_down();
  }

  Store::Purged note_end(const std::string& name) {
    return
        [this, name](const Result<void>& done) { events.push_back(name + (done ? " done" : " " + done.error().text)); };
  }

  // A job of this many slices, each of which deletes 10.
  Result<void> submit(const std::string& name, int slices) {
    return purger->submit(
        [this, name, left = slices]() mutable -> Result<Progress> {
          events.push_back(name);
          return Progress{10, --left == 0};
        },
        note_end(name));
  }

  void wait_until_idle() {
    ASSERT_TRUE(eventually([this] { return metrics.gauge("push_store_purges_waiting", "").value() == 0; }));
    purger->drain();
  }

  metrics::Registry metrics;
  std::vector<std::string> events;  // the purge thread's until drained
  std::latch entered{1};
  std::latch release{1};
  std::unique_ptr<Purger> purger;
};

TEST_F(PurgerTest, AJobRunsSliceBySliceAndIsAnsweredOnceOnThePurgeThread) {
  start();
  std::promise<std::thread::id> end;
  std::thread::id slice_thread;
  ASSERT_TRUE(purger->submit(
      [&, left = 3]() mutable -> Result<Progress> {
        slice_thread = std::this_thread::get_id();
        return Progress{7, --left == 0};
      },
      [&](const Result<void>& done) {
        EXPECT_TRUE(done);
        end.set_value(std::this_thread::get_id());  // throws the second time
      }));
  EXPECT_EQ(end.get_future().get(), slice_thread);
  EXPECT_NE(slice_thread, std::this_thread::get_id());
  wait_until_idle();
  EXPECT_EQ(metrics.counter("push_store_purged_messages_total", "").value(), 21U);
}

TEST_F(PurgerTest, AShortJobDoesNotWaitForALongOne) {
  start_held();
  ASSERT_TRUE(submit("long", 4));
  ASSERT_TRUE(submit("short", 1));
  ASSERT_TRUE(submit("middle", 2));
  let_go();
  wait_until_idle();
  EXPECT_THAT(events, ElementsAre("held", "held done", "long", "short", "short done", "middle", "long", "middle",
                                  "middle done", "long", "long", "long done"));
}

TEST_F(PurgerTest, AFailedSliceEndsItsJobAndNoOther) {
  start_held();
  ASSERT_TRUE(purger->submit([]() -> Result<Progress> { return core::failure(ErrorCode::unavailable, "disk full"); },
                             note_end("bad")));
  ASSERT_TRUE(submit("good", 2));
  let_go();
  wait_until_idle();
  EXPECT_THAT(events, ElementsAre("held", "held done", "bad disk full", "good", "good", "good done"));
  EXPECT_EQ(metrics.counter("push_store_failed_purges_total", "").value(), 1U);
}

TEST_F(PurgerTest, TheQueueIsBounded) {
  start_held({.queue = 2, .retry_after = kRoomy.retry_after});
  ASSERT_TRUE(submit("second", 1));
  EXPECT_EQ(metrics.gauge("push_store_purges_waiting", "").value(), 2);
  const auto refused = submit("third", 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  let_go();
  ASSERT_TRUE(eventually([this] { return metrics.gauge("push_store_purges_waiting", "").value() == 0; }));
  EXPECT_TRUE(submit("fourth", 1));
  wait_until_idle();
  EXPECT_THAT(events, ElementsAre("held", "held done", "second", "second done", "fourth", "fourth done"));
}

TEST_F(PurgerTest, DrainFinishesTheSliceInHandAndRefusesTheRest) {
  start_held();
  ASSERT_TRUE(submit("waiting", 2));
  std::thread draining([this] { purger->drain(); });
  // Refused, with no other effect, once drain() has begun.
  ASSERT_TRUE(eventually([this] {
    return !purger->submit([] { return Result<Progress>(Progress{0, true}); }, [](const Result<void>&) {});
  }));
  let_go();
  draining.join();
  EXPECT_THAT(events, ElementsAre("held", "held done", "waiting the server is stopping"));
  EXPECT_EQ(metrics.gauge("push_store_purges_waiting", "").value(), 0);
}

TEST_F(PurgerTest, StandingWorkRunsFromTheStartAndAgainAfterResume) {
  std::atomic<int> slices{0};
  purger = std::make_unique<Purger>(standing([&]() -> Result<Progress> {
                                      const int n = ++slices;
                                      return Progress{1, n == 3 || n == 5};
                                    }),
                                    metrics, kRoomy);
  ASSERT_TRUE(eventually([&] { return slices == 3; }));
  purger->resume();
  ASSERT_TRUE(eventually([&] { return slices == 5; }));
  purger->drain();
  EXPECT_EQ(slices, 5);
}

TEST_F(PurgerTest, StandingWorkThatFailsIsTriedAgain) {
  std::atomic<int> slices{0};
  purger = std::make_unique<Purger>(standing([&]() -> Result<Progress> {
                                      if (++slices < 4) return core::failure(ErrorCode::unavailable, "database locked");
                                      return Progress{0, true};
                                    }),
                                    metrics,
                                    Purger::Limits{.queue = kRoomy.queue, .retry_after = std::chrono::milliseconds(1)});
  ASSERT_TRUE(eventually([&] { return slices == 4; }));
  purger->drain();
  EXPECT_EQ(metrics.counter("push_store_failed_purges_total", "").value(), 3U);
}

TEST_F(PurgerTest, StandingWorkAndJobsTakeTurns) {
  purger = std::make_unique<Purger>(standing([this, left = 3]() mutable -> Result<Progress> {
                                      if (left == 3) {
                                        entered.count_down();
                                        release.wait();
                                      }
                                      events.emplace_back("standing");
                                      return Progress{0, --left == 0};
                                    }),
                                    metrics, kRoomy);
  entered.wait();
  ASSERT_TRUE(submit("job", 3));
  let_go();
  wait_until_idle();
  EXPECT_THAT(events, ElementsAre("standing", "job", "standing", "job", "standing", "job", "job done"));
}

TEST_F(PurgerTest, StandingWorksTakeTurnsAmongThemselves) {
  const auto work = [this](const std::string& name) {
    return [this, name, left = 3]() mutable -> Result<Progress> {
      events.push_back(name);
      return Progress{0, --left == 0};
    };
  };
  std::promise<void> end;
  purger = std::make_unique<Purger>(standing(work("a"), work("b"),
                                             [&, left = 7]() mutable -> Result<Progress> {
                                               if (--left == 0) end.set_value();
                                               return Progress{0, left == 0};
                                             }),
                                    metrics, kRoomy);
  end.get_future().wait();
  purger->drain();
  EXPECT_THAT(events, ::testing::UnorderedElementsAre("a", "a", "a", "b", "b", "b"));
  for (std::size_t i = 0; i + 1 < events.size(); ++i) EXPECT_NE(events[i], events[i + 1]) << i;
}

TEST_F(PurgerTest, StandingWorkThatAsksForItRunsAgainAfterAPause) {
  std::atomic<int> slices{0};
  std::atomic<int> others{0};
  purger = std::make_unique<Purger>(standing(
                                        [&]() -> Result<Progress> {
                                          return Progress{0, true, std::chrono::milliseconds(++slices < 3 ? 1 : 0)};
                                        },
                                        [&]() -> Result<Progress> {
                                          ++others;
                                          return Progress{0, true};
                                        }),
                                    metrics, kRoomy);
  ASSERT_TRUE(eventually([&] { return slices == 3; }));
  purger->drain();
  EXPECT_EQ(slices, 3);
  EXPECT_EQ(others, 1) << "a pause of another work is none of its business";
}

}  // namespace
}  // namespace push::store
