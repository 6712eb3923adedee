#include "push/core/descriptor.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <utility>

namespace push::core {
namespace {

bool is_open(int number) {
  return ::fcntl(number, F_GETFD) >= 0;
}

Descriptor open_something() {
  return Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

TEST(Descriptor, IsClosedAtTheEndOfItsLife) {
  int number = -1;
  {
    const Descriptor file = open_something();
    number = file.get();
    ASSERT_TRUE(file);
    EXPECT_TRUE(is_open(number));
  }
  EXPECT_FALSE(is_open(number));
}

TEST(Descriptor, MovesAndClosesWhatItHeldBefore) {
  Descriptor first = open_something();
  Descriptor second = open_something();
  const int kept = first.get();
  const int closed = second.get();
  second = std::move(first);
  EXPECT_EQ(second.get(), kept);
  EXPECT_TRUE(is_open(kept));
  EXPECT_FALSE(is_open(closed));
  const Descriptor third(std::move(second));
  EXPECT_EQ(third.get(), kept);
  EXPECT_TRUE(is_open(kept));
}

TEST(Descriptor, GivesItAway) {
  Descriptor file = open_something();
  const int number = file.release();
  EXPECT_FALSE(file);
  EXPECT_EQ(file.get(), -1);
  file.reset();
  EXPECT_TRUE(is_open(number));
  Descriptor again(number);
  again.reset();
  EXPECT_FALSE(is_open(number));
  EXPECT_FALSE(Descriptor(-1));
}

}  // namespace
}  // namespace push::core
