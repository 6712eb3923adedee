#include "push/core/callback.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

namespace push::core {
namespace {

static_assert(!std::is_copy_constructible_v<Callback<void()>>);
static_assert(std::is_nothrow_move_constructible_v<Callback<void()>>);
static_assert(!std::is_constructible_v<Callback<void()>, int>);
static_assert(!std::is_constructible_v<Callback<int()>, void (*)()>);

TEST(Callback, CallsWhatItHoldsWithStateOfItsOwn) {
  Callback<int(int)> add = [sum = 0](int value) mutable { return sum += value; };
  EXPECT_EQ(add(3), 3);
  EXPECT_EQ(add(4), 7);
}

TEST(Callback, HoldsAndPassesWhatCannotBeCopied) {
  Callback<std::unique_ptr<int>(std::unique_ptr<int>)> callback = [owned = std::make_unique<int>(2)](auto given) {
    *given *= *owned;
    return given;
  };
  EXPECT_EQ(*callback(std::make_unique<int>(21)), 42);
}

TEST(Callback, ReferencesReachTheCaller) {
  Callback<void(std::string&)> append = [](std::string& text) { text += "!"; };
  std::string text = "hello";
  append(text);
  EXPECT_EQ(text, "hello!");
}

TEST(Callback, AResultThatNobodyAskedForIsDropped) {
  int calls = 0;
  Callback<void()> callback = [&calls] { return ++calls; };
  callback();
  EXPECT_EQ(calls, 1);
}

TEST(Callback, TakesWhateverStdInvokeTakes) {
  Callback<std::size_t(const std::string&)> size = &std::string::size;
  EXPECT_EQ(size("four"), 4U);
}

TEST(Callback, MovingHandsTheTargetOn) {
  Callback<int()> first = [] { return 1; };
  Callback<int()> second = std::move(first);
  EXPECT_FALSE(first);  // NOLINT: the state after the move is the contract
  ASSERT_TRUE(second);
  EXPECT_EQ(second(), 1);
}

TEST(Callback, DestroysItsTargetOnce) {
  const auto token = std::make_shared<int>(0);
  {
    Callback<void()> callback = [token] {};
    EXPECT_EQ(token.use_count(), 2);
    Callback<void()> moved = std::move(callback);
    EXPECT_EQ(token.use_count(), 2);
    moved = Callback<void()>();
    EXPECT_EQ(token.use_count(), 1);
  }
  EXPECT_EQ(token.use_count(), 1);
}

TEST(Callback, CallingAnEmptyOneEndsTheProgram) {
  Callback<void()> empty;
  EXPECT_FALSE(empty);
  EXPECT_DEATH(empty(), "broken invariant: target_ != nullptr");
}

}  // namespace
}  // namespace push::core
