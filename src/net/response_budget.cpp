#include "push/net/response_budget.hpp"

#include <algorithm>

namespace push::net {
namespace {

struct Kept {
  core::Slice bytes;
  ResponseBudget::Charge charge;
};

}  // namespace

ResponseBudget::ResponseBudget(std::size_t limit, metrics::Registry& metrics)
    : limit_(limit),
      refused_(metrics.counter("push_http_responses_refused_total",
                               "Answers replaced by a 503 because the response budget was spent.")) {
  metrics.gauge("push_http_response_bytes", "Bytes held by large answers until they are sent.",
                [this] { return static_cast<std::int64_t>(used()); });
}

std::optional<ResponseBudget::Charge> ResponseBudget::charge(std::size_t bytes) {
  if (bytes <= kFree) return Charge();
  const std::size_t before = used_.fetch_add(bytes, std::memory_order_relaxed);
  Charge charge(*this, bytes);
  if (before == 0 || bytes <= limit_ - std::min(limit_, before + bytes)) return charge;
  refused_.add();
  return std::nullopt;
}

core::Slice ResponseBudget::keep(core::Slice bytes, Charge charge) {
  core::Slice out;
  out.view = bytes.view;
  out.owner = core::Bytes::join_behind<Kept>({}, {}, {}, std::move(bytes), std::move(charge));
  return out;
}

}  // namespace push::net
