// Counts every answer by status class and logs one line for it, in Gotify's form (protocol 5.3): at level debug, but
// warn for 401 (which fail2ban reads) and error for 5xx. The address is the client's own, behind trusted
// proxies too; `nil`, as in Gotify, for the peer of a unix socket. A 503 means overload, so at most one line per second
// is logged, with the number of those suppressed.
#pragma once
#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "push/api/trusted_proxies.hpp"
#include "push/core/clock.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/http.hpp"

namespace push::api {

class AccessLog {
 public:
  // Both arguments outlive the log.
  AccessLog(const TrustedProxies& proxies, metrics::Registry& metrics);

  // Counts the answer and logs its line. `start`: empty = net has refused the request, whose header may not have been
  // read. `cause`: why it was refused, why the server was busy, or what a library threw; empty = nothing to add. Any
  // thread.
  void write(const net::Request& request, unsigned status, std::optional<core::SteadyTime> start,
             std::string_view cause);
  // A password whose client had left before its turn. Any thread.
  void count_abandoned() { abandoned_.add(); }

 private:
  void count(unsigned status);

  const TrustedProxies& proxies_;
  metrics::Counter& abandoned_;
  metrics::Counter* responses_[6];  // by the first digit of the status
  std::atomic<std::int64_t> busy_second_{-1};
  std::atomic<std::uint64_t> busy_left_out_{0};
};

}  // namespace push::api
