#include "push/net/response_budget.hpp"

#include <algorithm>

namespace push::net {
namespace {

constexpr core::Line kStrangers{std::uint64_t{1} << 63U};  // all of them

struct Kept {
  core::Slice bytes;
  ResponseBudget::Charge charge;
};

// Whether as much stays free as the answer takes.
bool fits(std::size_t bytes, std::size_t held, std::size_t limit) {
  return held == 0 || bytes <= limit - std::min(limit, held + bytes);
}

}  // namespace

ResponseBudget::ResponseBudget(std::size_t limit, metrics::Registry& metrics)
    : limit_(limit),
      refused_(metrics.counter("push_http_responses_refused_total",
                               "Answers replaced by a 503 because the response budget was spent.")) {
  metrics.gauge("push_http_response_bytes", "Bytes held by large answers until they are sent.",
                [this] { return static_cast<std::int64_t>(used()); });
}

std::size_t ResponseBudget::used() const {
  const core::Lock lock(mutex_);
  return ledger_.total();
}

std::optional<ResponseBudget::Charge> ResponseBudget::charge(std::size_t bytes, core::Line sender) {
  if (bytes <= kFree) return Charge();
  const bool stranger = sender == core::Line{} || core::is_stranger(sender);
  const core::Line whose = stranger ? kStrangers : sender;
  {
    const core::Lock lock(mutex_);
    const std::size_t share = stranger ? limit_ / 4 : limit_ / 2;
    if (fits(bytes, ledger_.total(), limit_) && fits(bytes, ledger_.held(whose), share)) {
      ledger_.take(whose, bytes);
      return Charge(*this, whose, bytes);
    }
  }
  refused_.add();
  return std::nullopt;
}

void ResponseBudget::give_back(core::Line sender, std::size_t bytes) {
  const core::Lock lock(mutex_);
  ledger_.give_back(sender, bytes);
}

core::Slice ResponseBudget::keep(core::Slice bytes, Charge charge) {
  core::Slice out;
  out.view = bytes.view;
  out.owner = core::Bytes::join_behind<Kept>({}, {}, {}, std::move(bytes), std::move(charge));
  return out;
}

}  // namespace push::net
