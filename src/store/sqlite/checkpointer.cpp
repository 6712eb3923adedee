#include "store/sqlite/checkpointer.hpp"

#include <sqlite3.h>

#include <utility>

#include "push/core/log.hpp"

namespace push::store::sqlite {

Checkpointer::Checkpointer(Database database)
    : database_(std::move(database)), thread_("checkpointer", [this](const std::stop_token& stop) { run(stop); }) {}

void Checkpointer::request() {
  core::Lock lock(mutex_);
  requested_ = true;
  wake_.notify_one();
}

void Checkpointer::wait_until_idle() {
  core::Lock lock(mutex_);
  requested_ = false;
  while (running_) idle_.wait(mutex_);
}

void Checkpointer::run(const std::stop_token& stop) {
  bool failing = false;
  while (true) {
    {
      core::Lock lock(mutex_);
      while (!requested_ && !stop.stop_requested()) wake_.wait(mutex_, stop);
      if (stop.stop_requested()) return;
      requested_ = false;
      running_ = true;
    }
    int logged = 0;
    int moved = 0;
    const int code = sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, &logged, &moved);
    if (code == SQLITE_OK) moved_.store(moved, std::memory_order_relaxed);
    const bool failed = code != SQLITE_OK && (code & 0xFF) != SQLITE_BUSY;
    if (failed && !failing) {
      spdlog::warn("checkpoint failed, write-ahead log keeps growing error=\"{}\"",
                   failure_of(database_.handle(), code, "checkpoint").text);
    }
    failing = failed;
    core::Lock lock(mutex_);
    running_ = false;
    idle_.notify_all();
  }
}

}  // namespace push::store::sqlite
