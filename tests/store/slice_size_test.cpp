#include "store/slice_size.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace push::store {
namespace {

using std::chrono::microseconds;

TEST(SliceSizeTest, FollowsTheTimeThatTheLastOneTook) {
  SliceSize size(40);
  std::vector<std::int64_t> rows{size.rows()};
  for (const int took : {99, 99, 99, 99, 100, 250, 251, 251, 251, 251, 251, 251, 251, 99}) {
    size.adapt(microseconds(took), microseconds(250));
    rows.push_back(size.rows());
  }
  EXPECT_EQ(rows, (std::vector<std::int64_t>{8, 16, 32, 40, 40, 40, 40, 20, 10, 5, 2, 1, 1, 1, 2}));
}

}  // namespace
}  // namespace push::store
