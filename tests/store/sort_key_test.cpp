#include "store/sort_key.hpp"

#include <gtest/gtest.h>

#include <string>

#include "push/model/limits.hpp"

namespace push::store {
namespace {

TEST(SortKey, TheFirstIsA0) {
  EXPECT_EQ(next_sort_key(""), "a0");
}

TEST(SortKey, AppendingCountsInBase62) {
  EXPECT_EQ(next_sort_key("a0"), "a1");
  EXPECT_EQ(next_sort_key("a9"), "aA");
  EXPECT_EQ(next_sort_key("aZ"), "aa");
  EXPECT_EQ(next_sort_key("az"), "b00");
  EXPECT_EQ(next_sort_key("b09"), "b0A");
  EXPECT_EQ(next_sort_key("b0z"), "b10");
  EXPECT_EQ(next_sort_key("bzz"), "c000");
}

TEST(SortKey, AFractionIsDropped) {
  EXPECT_EQ(next_sort_key("a1V"), "a2");
  EXPECT_EQ(next_sort_key("b12abc"), "b13");
}

TEST(SortKey, NegativeIntegersCountUpToTheFirst) {
  EXPECT_EQ(next_sort_key("Zz"), "a0");
  EXPECT_EQ(next_sort_key("Zy"), "Zz");
  EXPECT_EQ(next_sort_key("Yzz"), "Z0");
  EXPECT_EQ(next_sort_key("Y00"), "Y01");
}

TEST(SortKey, TenThousandAppendsRiseAndStayValid) {
  std::string key;
  for (int i = 0; i < 10000; ++i) {
    std::string next = next_sort_key(key).value_or("none");
    ASSERT_GT(next, key);
    ASSERT_TRUE(is_sort_key(next)) << next;
    key = std::move(next);
  }
  EXPECT_EQ(key, "c1aH");
}

TEST(SortKey, Validity) {
  EXPECT_TRUE(is_sort_key("a0"));
  EXPECT_TRUE(is_sort_key("a0V"));
  EXPECT_TRUE(is_sort_key("Zz"));
  EXPECT_FALSE(is_sort_key(""));
  EXPECT_FALSE(is_sort_key("a"));
  EXPECT_FALSE(is_sort_key("b0"));
  EXPECT_FALSE(is_sort_key("a00")) << "trailing zero of the fraction";
  EXPECT_FALSE(is_sort_key("a0-"));
  EXPECT_FALSE(is_sort_key("5"));
  EXPECT_FALSE(is_sort_key("A" + std::string(26, '0')));
  EXPECT_TRUE(is_sort_key("A" + std::string(25, '0') + "1"));
}

TEST(SortKey, AfterAnInvalidKeyComesAGreaterOne) {
  for (const std::string key : {"5", "-", "Z", "foo bar", "a", "zzzz not valid", "zzzz", "z", "~", "\xc3\xa9", "y y",
                                "a00", " ", "zzzz not valid!"}) {
    const std::string next = next_sort_key(key).value_or("none");
    EXPECT_GT(next, key);
    EXPECT_GT(next_sort_key(next).value_or("none"), next) << key;
  }
  EXPECT_EQ(next_sort_key("foo bar"), "g0000000");
  EXPECT_EQ(next_sort_key("-"), "a0");
  EXPECT_EQ(next_sort_key("zzzz not valid"), "zzzz not valie");
}

TEST(SortKey, AfterTheGreatestIntegerTheFractionGrows) {
  const std::string greatest = "z" + std::string(26, 'z');
  EXPECT_EQ(next_sort_key(greatest), greatest + "1");
  EXPECT_EQ(next_sort_key(greatest + "1"), greatest + "2");
  EXPECT_TRUE(is_sort_key(next_sort_key(greatest + "z").value_or("none")));
}

// An older database may hold a key of any length, and each one is the beginning of the next.
TEST(SortKey, AfterALongOneStaysShort) {
  const std::string most(model::kMaxSortKey, 'z');
  for (const std::string& key :
       {"zz" + std::string(1'000'000, 'b'), "z9" + std::string(300, 'z'), "z" + std::string(300, '~'), most, most + "z",
        "z" + std::string(300, '\xc3'), "z" + std::string(300, ' ')}) {
    const auto next = next_sort_key(key);
    ASSERT_TRUE(next) << key.substr(0, 10);
    EXPECT_GT(*next, key);
    EXPECT_LE(next->size(), model::kMaxSortKey) << key.substr(0, 10);
  }
  EXPECT_FALSE(next_sort_key(std::string(300, '\xff')));
}

}  // namespace
}  // namespace push::store
