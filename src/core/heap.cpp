#include "push/core/heap.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "push/core/descriptor.hpp"

namespace push::core {
namespace {

constexpr int kLargeBlock = 1 << 20;
constexpr std::size_t kWorthwhile = std::size_t{32} << 20;

// Resident bytes that are this process's own, without files; 0 where /proc does not say.
std::size_t resident() {
  const Descriptor file(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text{};
  if (!file || ::read(file.get(), text.data(), text.size() - 1) <= 0) return 0;
  std::size_t pages = 0;
  std::size_t of_files = 0;
  if (std::sscanf(text.data(), "%*u %zu %zu", &pages, &of_files) != 2 || of_files > pages) return 0;
  return (pages - of_files) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

void give_back_large_blocks() {
  ::mallopt(M_MMAP_THRESHOLD, kLargeBlock);
}

std::size_t HeapTrimmer::trim() {
  const std::size_t before = resident();
  if (before < kWorthwhile) return 0;
  const struct mallinfo2 heap = ::mallinfo2();
  const std::size_t used = heap.uordblks + heap.hblkhd;
  // Not heap.fordblks: of what it calls free, an earlier trim has given most back.
  const std::size_t free = before - std::min(before, used);
  stuck_ = std::min(stuck_, free);
  if (free < used || free < stuck_ + kWorthwhile) return 0;
  ::malloc_trim(0);
  const std::size_t after = resident();
  stuck_ = after - std::min(after, used);
  return before - std::min(before, after);
}

}  // namespace push::core
