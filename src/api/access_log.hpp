// Every answer is counted by the class of its status, and has one line in the log, in Gotify's form (gotify-spec 5.3):
// debug, but warn for 401 (fail2ban reads them) and error for 5xx. The address is the client's own, behind trusted
// proxies too; `nil`, as in Gotify, for a unix socket's peer. 503 says that we are busy: at most one line per
// second, with the number of suppressed ones.
#pragma once
#include <atomic>
#include <cstdint>
#include <string_view>

#include "push/api/trusted_proxies.hpp"
#include "push/core/clock.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/http.hpp"

namespace push::api {

class AccessLog {
 public:
  // Both outlive the log.
  AccessLog(const TrustedProxies& proxies, metrics::Registry& metrics);

  // Counts the answer, and writes its line. `cause`: why the server was busy, or what a library threw; empty = nothing
  // to add. Any thread.
  void write(const net::Request& request, unsigned status, core::SteadyTime start, std::string_view cause);
  // Only counts: the answer to bytes that were no request has no line. Any thread.
  void count(unsigned status);

 private:
  const TrustedProxies& proxies_;
  metrics::Counter* responses_[6];  // by the first digit of the status
  std::atomic<std::int64_t> busy_second_{-1};
  std::atomic<std::uint64_t> busy_left_out_{0};
};

}  // namespace push::api
