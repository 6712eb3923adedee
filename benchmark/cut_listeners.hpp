// Listeners of all transports that lose their connection at random moments and come back for what they missed, for as
// long as messages are posted; the server may be killed meanwhile. At the end each of them must have every stored
// message once, in order.
#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "benchmark/support/server.hpp"

namespace push::bench {

struct CutPlan {
  unsigned listeners = 1000;
  unsigned seconds = 20;
  unsigned per_second = 100;  // messages
  unsigned stay_ms = 4000;    // a connection lives for up to that long
  unsigned away_ms = 1000;    // likewise its absence
  unsigned kills = 0;         // of the server, spread over the time
};

// The server ends with it. Fails if a listener misses or repeats a message, or is told that not all can be sent.
nlohmann::json run_cut_listeners(Server& server, const CutPlan& plan);

}  // namespace push::bench
