// Owns the PostgreSQL server that the tests share, and ends it when nobody has used it for a few seconds.
// Usage: push_postgres FOLDER. Prints `ready` once the server takes connections, or what went wrong.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <thread>
#include <utility>

#include "support/postgres/flock.hpp"
#include "support/postgres/sharing.hpp"
#include "support/postgres_server.hpp"

namespace push::test {
namespace {

constexpr std::chrono::milliseconds kLook{100};
constexpr std::chrono::seconds kIdle{3};  // ctest needs less from one test to the next

// What a supervisor leaves behind that was killed. Its server has ended with it.
void remove_leftovers(const Sharing& sharing) {
  const std::string folder = support::read_text(sharing.server());
  std::error_code ignored;
  if (folder.starts_with("/tmp/push-")) std::filesystem::remove_all(folder, ignored);
}

// Nobody waits for the end of this output, then.
void say_ready() {
  std::puts("ready");
  std::fflush(stdout);
  const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nowhere, 1);
  ::dup2(nowhere, 2);
  ::close(nowhere);
}

void supervise(const Sharing& sharing) {
  Flock own(sharing.supervisor(), LOCK_EX);
  remove_leftovers(sharing);
  PrivatePostgres server({{"fsync", "off"}, {"full_page_writes", "off"}});
  const Flock released_first = std::move(own);  // the next server need not wait until this one's files are removed
  std::ofstream(sharing.server()) << server.folder();
  say_ready();
  auto used = std::chrono::steady_clock::now();
  while (server.running()) {
    std::this_thread::sleep_for(kLook);
    const Flock starting = Flock::try_to(sharing.starting(), LOCK_EX);
    const bool idle = starting && Flock::try_to(sharing.users(), LOCK_EX);
    if (!idle) used = std::chrono::steady_clock::now();
    if (std::chrono::steady_clock::now() - used < kIdle) continue;
    std::filesystem::remove(sharing.server());  // before others may look
    return;
  }
}

}  // namespace
}  // namespace push::test

int main(int count, char** words) {
  if (count != 2) return 2;
  try {
    push::test::supervise({words[1]});
  } catch (const std::exception& error) {
    std::puts(error.what());
    return 1;
  }
  return 0;
}
