// HTTP requests to push services, many at once, on one thread (libcurl's multi interface).
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace push::webpush {

struct Push {
  std::string url;
  std::string authorization;
  std::string urgency;
  std::string body;
  bool any_address = false;  // may connect to a private address
};

// What became of a push.
struct Outcome {
  std::uint64_t id = 0;
  long status = 0;    // 0 = no answer
  std::string error;  // then: why; otherwise the beginning of the answer's body
  std::chrono::seconds retry_after{};

  bool accepted() const { return status >= 200 && status < 300; }
  bool gone() const { return status == 404 || status == 410; }
  // Worth another try, later.
  bool delayed() const { return status == 0 || status == 408 || status == 429 || status >= 500; }
};

class Transfers {
 public:
  struct Patience {
    std::chrono::milliseconds connect{10'000};
    std::chrono::milliseconds whole{20'000};
  };
  // cafile: PEM, "" = the system's.
  Transfers(std::string cafile, Patience patience);
  ~Transfers();  // gives up what is under way
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  // Its outcome comes from wait() with this id, even if it cannot begin.
  void start(std::uint64_t id, Push push);
  std::size_t running() const { return transfers_.size(); }
  // Blocks until something is finished, wake() is called or the time is over.
  std::vector<Outcome> wait(std::chrono::milliseconds time);
  // Any thread.
  void wake();

 private:
  struct Transfer;
  struct Multi;
  void set_up(Transfer& transfer) const;
  Outcome outcome_of(const Transfer& transfer, int code) const;

  const std::string cafile_;
  const Patience patience_;
  std::unique_ptr<Multi> multi_;
  std::map<std::uint64_t, std::unique_ptr<Transfer>> transfers_;
  std::vector<Outcome> failed_;  // before they began
};

}  // namespace push::webpush
