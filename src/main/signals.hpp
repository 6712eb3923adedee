// Signals as values: blocked in every thread, taken one by one by the main thread.
#pragma once

namespace push {

// Before any thread starts. SIGPIPE is ignored for good: a broken socket is an error code.
void block_signals();
// SIGINT, SIGTERM or SIGHUP.
int wait_for_signal();
// From now on a second SIGINT or SIGTERM ends the program at once.
void unblock_signals();

}  // namespace push
