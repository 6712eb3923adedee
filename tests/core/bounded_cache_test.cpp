#include "push/core/bounded_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace push::core {
namespace {

std::string name(int i) {
  return "token " + std::to_string(i);
}

TEST(BoundedCache, FindsTheHalfThatWasUsedLastAndNeverMoreThanItsLimit) {
  BoundedCache<std::string, int> cache(100);
  for (int last = 0; last < 1000; ++last) {
    cache.insert(name(last), last);
    ASSERT_LE(cache.size(), 100U);
    for (int i = std::max(0, last - 49); i <= last; ++i) {
      const int* found = cache.find(name(i));
      ASSERT_NE(found, nullptr) << i << " after " << last;
      ASSERT_EQ(*found, i);
    }
  }
  int found = 0;
  for (int i = 0; i < 1000; ++i) found += cache.find(name(i)) != nullptr ? 1 : 0;
  EXPECT_LE(found, 100);
  EXPECT_GE(found, 50);
}

TEST(BoundedCache, WhatWasErasedOrReplacedIsNotFoundWhicheverGenerationHeldIt) {
  BoundedCache<std::string, int> cache(8);
  for (int i = 0; i < 8; ++i) cache.insert(name(i), i);
  for (int i = 0; i < 8; ++i) cache.erase(name(i));
  for (int i = 0; i < 8; ++i) EXPECT_EQ(cache.find(name(i)), nullptr);
  EXPECT_EQ(cache.size(), 0U);
  cache.insert(name(1), 1);
  cache.insert(name(1), 2);
  EXPECT_EQ(*cache.find(name(1)), 2);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(BoundedCache, WithoutPlacesItRemembersNothing) {
  BoundedCache<std::string, int> cache(0);
  cache.insert(name(1), 1);
  EXPECT_EQ(cache.find(name(1)), nullptr);
}

}  // namespace
}  // namespace push::core
