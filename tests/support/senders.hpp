// Threads that POST messages, each on one kept-alive connection, into one ledger: as fast as they are answered, or on a
// schedule.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "support/gotify.hpp"
#include "support/ledger.hpp"

namespace push::support {

class Senders {
 public:
  static constexpr std::size_t kEndless = static_cast<std::size_t>(-1);

  struct Plan {
    Address address;
    std::vector<Created> applications;  // sender i posts to applications[i % size]
    std::size_t senders = 1;
    std::size_t each = kEndless;  // messages per sender; endless: until stop() or until the server goes away
    std::string label;            // each text is this, then the sender and a number
    // From one message of a sender to its next. It then comes back to a server that went away, too.
    std::chrono::microseconds pause{0};
  };
  Senders(Plan plan, Ledger& ledger);
  ~Senders();  // stop() and join()
  Senders(const Senders&) = delete;
  Senders& operator=(const Senders&) = delete;

  void stop() { stopping_ = true; }
  void join();
  // Answers other than 200; after join().
  const std::vector<std::string>& refusals() const { return refusals_; }
  // Connections that broke before the answer was complete.
  int losses() const { return losses_; }

 private:
  void run(std::size_t index);
  void post(HttpClient& http, const std::string& text);
  void refuse(std::string answer);

  const Plan plan_;
  Ledger& ledger_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> losses_{0};
  core::Mutex mutex_;
  std::vector<std::string> refusals_;  // filled under mutex_ until join()
  std::vector<std::thread> threads_;
};

}  // namespace push::support
