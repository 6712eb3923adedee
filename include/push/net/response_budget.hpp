// The memory that large answers hold from the moment they are made until the kernel has taken their last byte, for all
// sessions together: a client that reads slowly must not make us hold more than this. The counterpart of RequestBudget.
// One sender has at most half of it, and all strangers together a quarter, so nobody spends it alone.
// The charge lies with the bytes themselves, so it ends when nothing refers to them any more. Any thread; outlives the
// bytes.
#pragma once
#include <cstddef>
#include <optional>
#include <utility>

#include "push/core/bytes.hpp"
#include "push/core/line_ledger.hpp"
#include "push/core/mutex.hpp"
#include "push/metrics/registry.hpp"

namespace push::net {

class ResponseBudget {
 public:
  // An answer up to this size is not charged: it fits into the socket's buffer, so it is gone when it is sent.
  static constexpr std::size_t kFree = 16 * 1024;

  // A share of the budget, given back on destruction.
  class Charge {
   public:
    Charge() = default;
    Charge(ResponseBudget& budget, core::Line sender, std::size_t bytes)
        : budget_(&budget), sender_(sender), bytes_(bytes) {}
    Charge(Charge&& other) noexcept
        : budget_(std::exchange(other.budget_, nullptr)), sender_(other.sender_), bytes_(other.bytes_) {}
    Charge& operator=(Charge&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(sender_, other.sender_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    explicit operator bool() const { return budget_ != nullptr; }
    ~Charge() {
      if (budget_ != nullptr) budget_->give_back(sender_, bytes_);
    }

   private:
    ResponseBudget* budget_ = nullptr;
    core::Line sender_{};
    std::size_t bytes_ = 0;
  };

  ResponseBudget(std::size_t limit, metrics::Registry& metrics);

  std::size_t used() const;

  // sender: who asked, by the line in which its next request waits. None: the answer would hold more than what is still
  // free besides it, of the budget or of the sender's share. The only large answer at a time always fits.
  std::optional<Charge> charge(std::size_t bytes, core::Line sender);
  // The same bytes, which give the charge back at their end.
  static core::Slice keep(core::Slice bytes, Charge charge);

 private:
  void give_back(core::Line sender, std::size_t bytes);

  const std::size_t limit_;
  metrics::Counter& refused_;
  mutable core::Mutex mutex_;
  core::LineLedger ledger_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::net
