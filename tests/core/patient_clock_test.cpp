#include "push/core/patient_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace push::core {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

class PatientClockTest : public ::testing::Test {
 protected:
  static constexpr seconds kPatience{300};

  void pass(milliseconds time) {
    reading.wall += time;
    reading.steady += time;
  }

  PatientClock::Reading reading{WallTime(hours(24 * 365 * 50)), SteadyTime(hours(7))};
  PatientClock clock{kPatience, [this] { return reading; }};
};

TEST_F(PatientClockTest, ShowsTheWallClock) {
  EXPECT_EQ(clock.now(), reading.wall);
  pass(hours(5));
  EXPECT_EQ(clock.now(), reading.wall);
}

TEST_F(PatientClockTest, FollowsAdjustmentsAtOnceHoweverManyThereAre) {
  for (int i = 0; i < 100; ++i) {
    reading.wall += seconds(1);
    pass(seconds(1));
    EXPECT_EQ(clock.now(), reading.wall);
  }
}

TEST_F(PatientClockTest, AJumpCountsAfterAWhile) {
  for (const auto jump : {hours(24 * 365), -hours(24 * 365), hours(1)}) {
    const WallTime before = clock.now();
    reading.wall += jump;
    EXPECT_EQ(clock.now(), before) << jump.count();
    pass(kPatience - seconds(1));
    EXPECT_EQ(clock.now(), before + kPatience - seconds(1)) << "it goes on meanwhile";
    pass(seconds(1));
    EXPECT_EQ(clock.now(), reading.wall);
  }
}

TEST_F(PatientClockTest, AJumpBackInTimeWasNoJump) {
  reading.wall += hours(1);
  EXPECT_NE(clock.now(), reading.wall);
  pass(kPatience / 2);
  static_cast<void>(clock.now());
  reading.wall -= hours(1);
  EXPECT_EQ(clock.now(), reading.wall);
  pass(kPatience);
  EXPECT_EQ(clock.now(), reading.wall);
}

TEST_F(PatientClockTest, ASecondJumpBeginsTheWaitAgain) {
  const WallTime before = clock.now();
  reading.wall += hours(1);
  static_cast<void>(clock.now());
  pass(kPatience - seconds(1));
  static_cast<void>(clock.now());
  reading.wall += hours(1);
  static_cast<void>(clock.now());
  pass(kPatience - seconds(1));
  EXPECT_EQ(clock.now(), before + 2 * (kPatience - seconds(1)));
  pass(seconds(1));
  EXPECT_EQ(clock.now(), reading.wall);
}

}  // namespace
}  // namespace push::core
