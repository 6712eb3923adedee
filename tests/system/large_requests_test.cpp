// What large requests took goes back to the system.
#include <unistd.h>

#include <fstream>
#include <vector>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

constexpr std::size_t kLargeText = 7 << 20;
constexpr std::size_t kLargeRequests = 16;

using LargeRequests = ApiTest;

std::size_t resident_bytes(pid_t process) {
  std::ifstream pages("/proc/" + std::to_string(process) + "/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  pages >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST_F(LargeRequests, GiveTheirMemoryBack) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's allocator keeps what is freed";
#endif
  HttpClient sender = poster();
  post_message(sender, "small");
  const std::size_t before = resident_bytes(server_.id());
  const std::string body = "message=" + std::string(kLargeText, 'x');
  for (int round = 0; round < 2; ++round) {
    std::vector<HttpClient> senders;
    for (std::size_t i = 0; i < kLargeRequests; ++i) {
      senders.push_back(nobody());
      senders.back().write("POST /message HTTP/1.1\r\nHost: push\r\nContent-Type: " + std::string(kForm) + "\r\n" +
                           application_.key().front() + "\r\nContent-Length: " + std::to_string(body.size()) +
                           "\r\n\r\n" + body);
    }
    for (HttpClient& one : senders) EXPECT_EQ(one.read().status, 200);
  }
  std::size_t after = 0;
  EXPECT_TRUE(eventually([&] {
    after = resident_bytes(server_.id());
    return after < before + 3 * kLargeText;
  })) << before
      << " bytes before, " << after << " after";
}

}  // namespace
}  // namespace push::support
