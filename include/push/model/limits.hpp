// How long the texts of stored entities may be, in bytes of UTF-8. For what is new: longer ones in an older database
// are shown as they are. Every list and, for names of applications, every message repeats them, so they bound what one
// request can make later ones cost.
#pragma once
#include <cstddef>

namespace push::model {

inline constexpr std::size_t kMaxName = 1024;  // of applications and clients
inline constexpr std::size_t kMaxDescription = 16 * 1024;
inline constexpr std::size_t kMaxSortKey = 255;  // the greatest one is the beginning of the next

}  // namespace push::model
