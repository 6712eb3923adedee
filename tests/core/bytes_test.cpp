#include "push/core/bytes.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace push::core {
namespace {

TEST(Bytes, EmptyUntilTold) {
  const Bytes bytes;
  EXPECT_TRUE(bytes.empty());
  EXPECT_EQ(bytes.size(), 0U);
  EXPECT_EQ(bytes.view(), "");
}

TEST(Bytes, CopyAndJoinHoldWhatTheyWereGiven) {
  std::string text = "hello";
  const Bytes copy = Bytes::copy(text);
  text = "other";
  EXPECT_EQ(copy.view(), "hello");
  EXPECT_EQ(Bytes::join("ab", "c").view(), "abc");
  EXPECT_EQ(Bytes::join("ab", "c", "def").view(), "abcdef");
  EXPECT_EQ(Bytes::join("", "x", "").view(), "x");
  EXPECT_EQ(Bytes::join({}, {}).view(), "");
  EXPECT_TRUE(Bytes::copy("").empty());
  EXPECT_EQ(Bytes::copy(std::string_view("a\0b", 3)).size(), 3U);
}

TEST(Bytes, CopiesShareOneBlockThatOutlivesTheFirst) {
  Bytes second;
  {
    const Bytes first = Bytes::copy("shared");
    second = first;
    EXPECT_EQ(second.view().data(), first.view().data());
  }
  EXPECT_EQ(second.view(), "shared");
}

TEST(Bytes, AMovedFromOneIsEmpty) {
  Bytes first = Bytes::copy("moved");
  Bytes second = std::move(first);
  EXPECT_TRUE(first.empty());  // NOLINT: the state after the move is the contract
  EXPECT_EQ(second.view(), "moved");
  first = std::move(second);
  EXPECT_EQ(first.view(), "moved");
}

TEST(Bytes, AssigningToItselfKeepsTheText) {
  Bytes bytes = Bytes::copy("self");
  const Bytes& alias = bytes;
  bytes = alias;
  EXPECT_EQ(bytes.view(), "self");
}

TEST(Bytes, ThreadsCopyAndDropTogether) {
  const Bytes bytes = Bytes::copy("one for all");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = bytes] {
      for (int round = 0; round < 20000; ++round) {
        const Bytes mine = copy;
        ASSERT_EQ(mine.size(), 11U);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bytes.view(), "one for all");
}

struct Label {
  explicit Label(int& e, std::uint64_t n) : ended(e), number(n) {}
  ~Label() { ++ended; }
  Label(const Label&) = delete;
  Label& operator=(const Label&) = delete;
  int& ended;
  const std::uint64_t number;
};

TEST(Bytes, WhatLiesBehindThemEndsWithTheLastCopy) {
  int ended = 0;
  Bytes bytes = Bytes::join_behind<Label>("one ", "for ", "all", ended, 7U);
  EXPECT_EQ(bytes.view(), "one for all");
  EXPECT_EQ(bytes.size(), 11U);
  EXPECT_EQ(bytes.head<Label>().number, 7U);
  Bytes copy = bytes;
  bytes = Bytes();
  EXPECT_EQ(ended, 0);
  EXPECT_EQ(copy.view(), "one for all");
  copy = Bytes();
  EXPECT_EQ(ended, 1);
}

TEST(Slice, KeepsItsOwnerAlive) {
  Slice slice;
  EXPECT_EQ(slice.view, "");
  {
    const Bytes bytes = Bytes::copy("header body");
    slice = Slice(bytes, bytes.view().substr(7));
  }
  EXPECT_EQ(slice.view, "body");
  const Slice other = slice;
  slice = Slice();
  EXPECT_EQ(other.view, "body");
  EXPECT_EQ(Slice(Bytes::copy("all")).view, "all");
  EXPECT_EQ(Slice::copy("copied").view, "copied");
}

}  // namespace
}  // namespace push::core
