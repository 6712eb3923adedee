// PRAGMA quick_check within a time: is the file a sound database?
#pragma once
#include <atomic>
#include <chrono>

#include "push/core/result.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

enum class Soundness {
  sound,
  unknown,  // it was ended, and what was read until then is sound
};

// Blocks for at most `limit` (and a little), or until `unwanted` is set; 0 = does not look, unknown. An error, with
// what was found, if the file is malformed or cannot be read. What harms nothing (pages that nobody uses, a row that
// breaks a constraint) is logged.
core::Result<Soundness> quick_check(Database& database, std::chrono::milliseconds limit,
                                    const std::atomic<bool>* unwanted = nullptr);

}  // namespace push::store::sqlite
