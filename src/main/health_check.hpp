// Asks a running server whether it is well: what `sharded-gotify healthcheck` does.
#pragma once
#include <chrono>
#include <string>

#include "push/config/config.hpp"

namespace push {

struct Health {
  bool good = false;
  std::string text;  // one line for the operator
};

// GET /health at the address, port or unix socket that this configuration names; a wildcard address is asked on
// loopback. Blocks for at most about `limit`, and for the resolver if the address is a host name.
Health ask_health(const config::Server& server, std::chrono::milliseconds limit);

}  // namespace push
