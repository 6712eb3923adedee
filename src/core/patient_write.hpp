// Writing to a descriptor whose reader may have stopped reading: a full pipe, a terminal after Ctrl-S.
#pragma once
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace push::core {

// Writes all of `text`. Asks `give_up()` before each wait, at least 20 times per second, and if that is true does not
// wait any more. False if there was no room, or if the descriptor is broken; part of the text may be written then.
// Blocks in poll() only: a pipe that poll() calls writable has room for PIPE_BUF bytes.
template <typename GiveUp>
bool patient_write(int descriptor, std::string_view text, const GiveUp& give_up) {
  constexpr int kAskAgain = 50;  // milliseconds
  while (!text.empty()) {
    const bool last = give_up();
    pollfd room{descriptor, POLLOUT, 0};
    const int ready = ::poll(&room, 1, last ? 0 : kAskAgain);
    if (ready < 0 && errno != EINTR) return false;
    if (ready <= 0) {
      if (last) return false;
      continue;
    }
    const ssize_t written = ::write(descriptor, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR && errno != EAGAIN) {
      return false;
    }
  }
  return true;
}

}  // namespace push::core
