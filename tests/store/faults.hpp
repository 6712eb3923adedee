// A disk that misbehaves on demand: this test binary puts its own pwrite64() and fdatasync() before the C library's,
// and SQLite calls them. Only the database's own files are concerned.
#pragma once
#include <atomic>

namespace push::store {

struct Faults {
  std::atomic<int> syncs{0};             // calls of fdatasync on gotify.db*, failed ones too
  std::atomic<int> calls{0};             // of either, counted while armed
  std::atomic<int> fail_from{0};         // 0 = none; the n-th call since arm() and all after it fail
  std::atomic<int> fail_to{0};           // 0 = for ever; the last call that fails
  std::atomic<int> error_number{0};      // errno of a failure
  std::atomic<bool> short_write{false};  // a failing write stores half of its bytes first

  void arm(int from, int to, int number, bool half = false);
  void disarm() { fail_from = 0; }
};

Faults& faults();

}  // namespace push::store
