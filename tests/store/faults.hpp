// A disk that fails on demand: this test binary overrides the C library's pwrite64() and fdatasync(), which SQLite
// calls, and flock(). Only the database's own files are affected.
#pragma once
#include <atomic>

namespace push::store {

struct Faults {
  std::atomic<int> syncs{0};             // fdatasync calls on gotify.db*, including failed ones
  std::atomic<int> calls{0};             // of either, counted while armed
  std::atomic<int> fail_from{0};         // 0 = none; the n-th call since arm() and all after it fail
  std::atomic<int> fail_to{0};           // 0 = forever; the last call that fails
  std::atomic<int> error_number{0};      // errno of a failure
  std::atomic<int> folder_fails_in{0};   // the n-th fdatasync of a folder from now on fails; 0 = none
  std::atomic<int> lock_error{0};        // errno of every flock(); 0 = it works
  std::atomic<bool> short_write{false};  // a failing write stores half of its bytes first

  void arm(int from, int to, int number, bool half = false);
  void disarm() { fail_from = 0; }
};

Faults& faults();

}  // namespace push::store
