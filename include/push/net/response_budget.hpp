// The memory that large answers hold from the moment they are made until the kernel has taken their last byte, for all
// sessions together: a client that reads slowly must not make us hold more than this. The counterpart of RequestBudget.
// The charge lies with the bytes themselves, so it ends when nothing refers to them any more. Any thread; outlives the
// bytes.
#pragma once
#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

#include "push/core/bytes.hpp"
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
    Charge(ResponseBudget& budget, std::size_t bytes) : budget_(&budget), bytes_(bytes) {}
    Charge(Charge&& other) noexcept : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
    Charge& operator=(Charge&& other) noexcept {
      std::swap(budget_, other.budget_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    explicit operator bool() const { return budget_ != nullptr; }
    ~Charge() {
      if (budget_ != nullptr) budget_->used_.fetch_sub(bytes_, std::memory_order_relaxed);
    }

   private:
    ResponseBudget* budget_ = nullptr;
    std::size_t bytes_ = 0;
  };

  ResponseBudget(std::size_t limit, metrics::Registry& metrics);

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

  // None: it would hold more than what is still free besides it. The only large answer at a time always fits.
  std::optional<Charge> charge(std::size_t bytes);
  // The same bytes, which give the charge back at their end.
  static core::Slice keep(core::Slice bytes, Charge charge);

 private:
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
  metrics::Counter& refused_;
};

}  // namespace push::net
