// Signals as values: blocked in every thread, taken one by one by the main thread.
#pragma once

namespace push {

// Call before any thread starts. SIGPIPE stays ignored: a broken socket is an error code.
void block_signals();
// Blocks until SIGINT, SIGTERM or SIGHUP arrives, and returns it.
int wait_for_signal();
// From now on a second SIGINT or SIGTERM ends the program at once.
void unblock_signals();

}  // namespace push
