#include "api/access_log.hpp"

#include <chrono>
#include <iterator>
#include <string>

#include "push/core/log.hpp"

namespace push::api {
namespace {

spdlog::level::level_enum level_of(unsigned status) {
  if (status >= 500) return spdlog::level::err;
  return status == 401 ? spdlog::level::warn : spdlog::level::debug;
}

}  // namespace

AccessLog::AccessLog(const TrustedProxies& proxies, metrics::Registry& metrics)
    : proxies_(proxies),
      abandoned_(metrics.counter("push_passwords_abandoned_total",
                                 "Passwords not checked because the client had left before their turn.")),
      responses_() {
  for (std::size_t digit = 1; digit < std::size(responses_); ++digit) {
    responses_[digit] = &metrics.counter("push_http_responses_total", "HTTP answers by class of status.",
                                         "code=\"" + std::to_string(digit) + "xx\"");
  }
}

void AccessLog::count(unsigned status) {
  const std::size_t digit = status / 100;
  if (digit > 0 && digit < std::size(responses_)) responses_[digit]->add();
}

void AccessLog::write(const net::Request& request, unsigned status, core::SteadyTime start, std::string_view cause) {
  count(status);
  const auto level = level_of(status);
  if (!spdlog::should_log(level)) return;
  const core::SteadyTime now = core::steady_now();
  std::string more;
  if (!cause.empty()) more = " error=\"" + std::string(cause) + "\"";
  if (status == 503) {
    const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    if (busy_second_.exchange(second, std::memory_order_relaxed) == second) {
      busy_left_out_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    if (const auto left_out = busy_left_out_.exchange(0, std::memory_order_relaxed); left_out > 0) {
      more += " suppressed=" + std::to_string(left_out);
    }
  }
  const double milliseconds = std::chrono::duration<double, std::milli>(now - start).count();
  const std::string ip = proxies_.client_of(request.peer(), request.header("X-Forwarded-For"));
  spdlog::log(level, "HTTP duration={:.3f}ms ip={} method={} path={} status={}{}", milliseconds,
              ip.empty() ? "nil" : ip, request.method(), core::mask_token(request.target()), status, more);
}

}  // namespace push::api
