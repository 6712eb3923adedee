#include "api/access_log.hpp"

#include <chrono>
#include <iterator>
#include <string>

#include "push/core/log.hpp"
#include "push/core/mask.hpp"

namespace push::api {
namespace {

constexpr std::size_t kMaxPath = 1024;  // bytes of a target, and
constexpr std::size_t kMaxMethod = 32;  // of a method in one line

spdlog::level::level_enum level_of(unsigned status) {
  if (status >= 500 && status != 501) return spdlog::level::err;  // 501: a stranger's transfer coding, no fault of ours
  return status == 401 ? spdlog::level::warn : spdlog::level::debug;
}

std::string duration(core::SteadyTime::duration time) {
  return fmt::format("duration={:.3f}ms", std::chrono::duration<double, std::milli>(time).count());
}

// Nothing of a request whose header could not be read.
std::string request_line(const net::Request& request) {
  if (request.method().empty()) return {};
  return " method=" + core::mask_secrets(request.method(), kMaxMethod) +
         " path=" + core::mask_secrets(request.target(), kMaxPath);
}

}  // namespace

std::optional<std::uint64_t> LineLimit::admit(core::SteadyTime now) {
  const auto second =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  std::uint64_t lines = lines_.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do {
    next = (lines >> 32U) == second ? lines + 1 : second << 32U | 1U;
  } while (!lines_.compare_exchange_weak(lines, next, std::memory_order_relaxed));
  if (static_cast<std::uint32_t>(next) > per_second_) {
    left_out_.fetch_add(1, std::memory_order_relaxed);
    return std::nullopt;
  }
  return left_out_.exchange(0, std::memory_order_relaxed);
}

AccessLog::AccessLog(const TrustedProxies& proxies, metrics::Registry& metrics)
    : proxies_(proxies),
      abandoned_(metrics.counter("push_passwords_abandoned_total",
                                 "Passwords not checked because the client had left before their turn.")),
      posts_(metrics.histogram("push_http_post_seconds", "Time of POST /message from its header to its answer.")),
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

void AccessLog::time_post(core::SteadyTime start) {
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(core::steady_now() - start);
  posts_.record(static_cast<std::uint64_t>(took.count()));
}

void AccessLog::write(const net::Request& request, unsigned status, std::optional<core::SteadyTime> start,
                      std::string_view cause) {
  count(status);
  auto level = level_of(status);
  if (!spdlog::should_log(level)) return;
  // A node that starts or drains says so to a load balancer: an ordinary answer.
  if (status == 503 && request.target().starts_with("/readyz")) level = spdlog::level::debug;
  const core::SteadyTime now = core::steady_now();
  std::string more;
  if (!cause.empty()) more = " error=\"" + std::string(cause) + "\"";
  if (level > spdlog::level::debug && (status == 503 || status == 401)) {
    const auto left_out = (status == 503 ? busy_ : unauthorized_).admit(now);
    if (!left_out) return;
    if (*left_out > 0) more += " suppressed=" + std::to_string(*left_out);
  }
  const std::string ip = proxies_.client_of(request.peer(), request.header("X-Forwarded-For"));
  spdlog::log(level, "HTTP {} ip={}{} status={}{}", start ? duration(now - *start) : "rejected",
              ip.empty() ? "nil" : ip, request_line(request), status, more);
}

}  // namespace push::api
