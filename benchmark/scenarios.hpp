// Each scenario prints its table and returns its figures; it fails if a delivery or a stored message was wrong.
#pragma once
#include <nlohmann/json_fwd.hpp>

#include "support/options.hpp"

namespace push::bench {

nlohmann::json run_idle(const Options& options);
nlohmann::json run_fanout(const Options& options);
nlohmann::json run_pending(const Options& options);
nlohmann::json run_connects(const Options& options);
nlohmann::json run_post(const Options& options);
nlohmann::json run_latency(const Options& options);
nlohmann::json run_pages(const Options& options);
nlohmann::json run_scale(const Options& options);
nlohmann::json run_peers(const Options& options);
nlohmann::json run_million(const Options& options);
nlohmann::json run_guard(const Options& options);

}  // namespace push::bench
