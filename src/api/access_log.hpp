// Counts every answer by status class and logs one line for it, in Gotify's form (protocol 5.3): at level debug, but
// warn for 401 (which fail2ban reads) and error for 5xx, except for a 503 from /readyz. The address is the client's
// own, behind trusted proxies too; `nil`, as in Gotify, for the peer of a unix socket. A 503 means overload and a 401
// may be a stranger's flood, so of each at most some lines per second are logged, with the number of those suppressed.
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

// At most so many lines per second.
class LineLimit {
 public:
  explicit LineLimit(std::uint32_t per_second) : per_second_(per_second) {}

  // Empty: the line is left out. Else how many have been left out since the last one that was not. Any thread.
  std::optional<std::uint64_t> admit(core::SteadyTime now);

 private:
  const std::uint32_t per_second_;
  std::atomic<std::uint64_t> lines_{0};  // the second in the upper half, lines in the lower one
  std::atomic<std::uint64_t> left_out_{0};
};

class AccessLog {
 public:
  // Both arguments outlive the log.
  AccessLog(const TrustedProxies& proxies, metrics::Registry& metrics);

  // Counts the answer and logs its line. `start`: empty = net has refused the request, whose header may not have been
  // read. `cause`: why it was refused, why the server was busy, or what a library threw; empty = nothing to add. Any
  // thread.
  void write(const net::Request& request, unsigned status, std::optional<core::SteadyTime> start,
             std::string_view cause);
  // Times a message from its request's arrival to its answer. Any thread.
  void time_post(core::SteadyTime start);
  // A password whose client had left before its turn. Any thread.
  void count_abandoned() { abandoned_.add(); }

 private:
  void count(unsigned status);

  const TrustedProxies& proxies_;
  metrics::Counter& abandoned_;
  metrics::Histogram& posts_;
  metrics::Counter* responses_[6];  // by the first digit of the status
  LineLimit busy_{1};
  LineLimit unauthorized_{100};  // fail2ban acts on fewer
};

}  // namespace push::api
