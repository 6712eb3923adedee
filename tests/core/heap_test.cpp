#include "push/core/heap.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <thread>
#include <vector>

namespace push::core {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kOwnAllocator = true;
#else
constexpr bool kOwnAllocator = false;
#endif

constexpr std::size_t kBlock = std::size_t{64} << 10;
using Blocks = std::vector<std::unique_ptr<char[]>>;

// From a heap of their own: each thread has one. What lies between them stays in use, so glibc gives nothing back by
// itself.
struct Load {
  explicit Load(std::size_t count) {
    std::thread([this, count] {
      for (std::size_t i = 0; i < count; ++i) {
        blocks.push_back(std::make_unique<char[]>(kBlock));
        std::memset(blocks.back().get(), 1, kBlock);
        between.push_back(std::make_unique<char[]>(64));
      }
    }).join();
  }

  Blocks blocks, between;
};

TEST(HeapTrimmerTest, GivesBackWhatIsFreeOnceItIsMuch) {
  if (kOwnAllocator) GTEST_SKIP() << "a sanitizer's allocator keeps what is freed";
  give_back_large_blocks();
  HeapTrimmer trimmer;
  EXPECT_EQ(trimmer.trim(), 0u) << "a small process";

  Load much(1600);  // 100 MiB
  EXPECT_EQ(trimmer.trim(), 0u) << "it is in use";
  much.blocks.resize(700);
  EXPECT_GT(trimmer.trim(), std::size_t{40} << 20) << "while others are still there";
  much.blocks.clear();
  EXPECT_GT(trimmer.trim(), std::size_t{30} << 20);
  EXPECT_EQ(trimmer.trim(), 0u) << "nothing is left";

  Load little(300);
  little.blocks.clear();
  EXPECT_EQ(trimmer.trim(), 0u) << "it is not worth it";

  Load again(1600);
  again.blocks.clear();
  EXPECT_GT(trimmer.trim(), std::size_t{80} << 20);

  Load busy(3000);
  busy.blocks.resize(2000);
  EXPECT_EQ(trimmer.trim(), 0u) << "more than that is in use";
}

}  // namespace
}  // namespace push::core
