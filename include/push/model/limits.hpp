// How large stored entities may be.
#pragma once
#include <cstddef>

namespace push::model {

// Texts, in bytes of UTF-8. For what is new: longer ones in an older database are shown as they are. Every list and,
// for names of applications, every message repeats them, so they bound what one request can make later ones cost.
inline constexpr std::size_t kMaxName = 1024;  // of applications and clients
inline constexpr std::size_t kMaxDescription = 16 * 1024;
inline constexpr std::size_t kMaxSortKey = 255;  // the greatest one is the beginning of the next

// Messages that one event, or one request to delete them, may name one by one: the writer looks each of them up.
inline constexpr std::size_t kMaxEventIds = 1000;
// The same of one request to mark them as read.
inline constexpr std::size_t kMaxMarkedIds = 500;
// Read messages of a user that are noted one by one. Beyond that the oldest of them, and all below it, count as read.
inline constexpr std::size_t kMaxReadIds = 10'000;
// Events that are kept of one user, the newest.
inline constexpr std::size_t kMaxEvents = 10'000;

}  // namespace push::model
