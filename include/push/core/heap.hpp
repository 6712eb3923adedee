// Memory that was freed goes back to the system. glibc keeps it: below the largest block seen in its heaps, and there
// all of it that lies under a block in use.
#pragma once
#include <cstddef>

namespace push::core {

// Blocks from 1 MiB on go back when they are freed. Left alone, glibc raises this limit to the largest block seen, up
// to 32 MiB. Once, before the threads start.
void give_back_large_blocks();

// Gives back what is free within the heaps, if there is much of it: more than 32 MiB, and more than is in use.
// Allocations may wait meanwhile (15 ms were seen for 100 MB), so it is not done for less. One thread, which may block,
// at leisure.
class HeapTrimmer {
 public:
  // The bytes that went back; 0 if it was not worth it.
  std::size_t trim();

 private:
  std::size_t stuck_ = 0;  // bytes that are free, but could not be given back
};

}  // namespace push::core
