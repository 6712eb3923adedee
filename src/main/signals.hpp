// Signals as values: blocked in every thread, taken one by one by the main thread.
#pragma once
#include <chrono>

namespace push {

// Exit code after a second SIGTERM or SIGINT: this and the number of the signal, as shells have it (143, 130).
inline constexpr int kSignalled = 128;

// Call before any thread starts. What would kill without being a request to stop (SIGPIPE, SIGXFSZ, timers, real-time
// signals) is ignored from then on: a broken socket and a full file are error codes.
void block_signals();
// Blocks until SIGINT or SIGTERM, which ask for the end, or SIGHUP, SIGUSR1, SIGUSR2 or SIGALRM, which do not, arrives,
// and returns it.
int wait_for_signal();
// Waits for at most `time`: whether SIGINT or SIGTERM has arrived. The first half second does not count, because the
// signal that asked for the end may arrive twice.
bool ends_within(std::chrono::seconds time);
// SIGINT or SIGTERM, from half a second after this call on, ends the program at once, without a word, also as process 1
// of a container.
void end_at_once_on_next_signal();

}  // namespace push
