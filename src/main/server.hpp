// The running server, from the first log line to the last.
#pragma once
#include "push/config/config.hpp"

namespace push {

// Returns the exit code: 0 after a signal and an orderly shutdown, 1 if it could not start (one line on stderr says
// why).
int serve(const config::Loaded& loaded);

}  // namespace push
