// Streams that do not read cost the kernel little, too (reliability S1): what it holds unsent for one is bounded, so
// the queue fills, and the stream is cut.
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "support/api_test.hpp"
#include "support/stream_crowd.hpp"

#pragma GCC diagnostic ignored "-Wold-style-cast"  // the kernel's macros

namespace push::support {
namespace {

constexpr std::size_t kFrozen = 1000;
constexpr int kSmallWindow = 4096;
constexpr std::size_t kMostOfAll = 128'000'000;  // bytes of the kernel's, on the sending side
constexpr int kMostMessages = 60;
constexpr std::size_t kMessage = 32 * 1024;
constexpr const char* kSlow = "push_stream_closed_total{reason=\"slow_consumer\"}";

struct DumpRequest {
  nlmsghdr header{};
  inet_diag_req_v2 wanted{};
};

DumpRequest dump_request(unsigned char family) {
  DumpRequest request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.wanted.sdiag_family = family;
  request.wanted.sdiag_protocol = IPPROTO_TCP;
  request.wanted.idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1);
  request.wanted.idiag_states = ~0U;
  return request;
}

// What the kernel has allocated for unsent and unacknowledged data of this socket.
std::size_t write_memory(nlmsghdr* header) {
  auto* socket = static_cast<inet_diag_msg*>(NLMSG_DATA(header));
  int rest = static_cast<int>(header->nlmsg_len - NLMSG_LENGTH(sizeof *socket));
  for (auto* part = reinterpret_cast<rtattr*>(socket + 1); RTA_OK(part, rest); part = RTA_NEXT(part, rest)) {
    if (part->rta_type != INET_DIAG_SKMEMINFO) continue;
    std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
    std::memcpy(memory.data(), RTA_DATA(part), std::min(RTA_PAYLOAD(part), sizeof memory));
    return memory[SK_MEMINFO_WMEM_QUEUED];
  }
  return 0;
}

// Of all sockets of this local port; 0 also where the kernel has no such interface.
std::size_t sending_memory(std::uint16_t port) {
  std::size_t all = 0;
  for (const int family : {AF_INET, AF_INET6}) {
    const int diagnosis = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    const DumpRequest request = dump_request(static_cast<unsigned char>(family));
    bool more = ::send(diagnosis, &request, sizeof request, 0) == sizeof request;
    alignas(nlmsghdr) std::array<char, 64 * 1024> buffer;
    while (more) {
      auto size = static_cast<int>(::recv(diagnosis, buffer.data(), buffer.size(), 0));
      more = size > 0;
      for (auto* header = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(header, static_cast<unsigned>(size));
           header = NLMSG_NEXT(header, size)) {
        more = more && header->nlmsg_type != NLMSG_DONE && header->nlmsg_type != NLMSG_ERROR;
        if (!more) break;
        if (ntohs(static_cast<inet_diag_msg*>(NLMSG_DATA(header))->id.idiag_sport) == port) all += write_memory(header);
      }
    }
    ::close(diagnosis);
  }
  return all;
}

class FrozenPeers : public ApiTest {};

TEST_F(FrozenPeers, OfAThousandHoldLittleOfTheKernelsMemoryAndAreCut) {
  StreamCrowd healthy;
  healthy.join(server_.address(), client_.key(), 1);
  std::vector<StreamClient> frozen;
  for (std::size_t i = 0; i < kFrozen; ++i) {
    frozen.push_back(StreamClient::open(server_.address(), client_.key(), {"/stream", kSmallWindow}));
  }
  HttpClient http = poster();
  const std::string text(kMessage, 'x');
  std::size_t posted = 0;
  std::size_t most = 0;
  while (posted < kMostMessages && server_.metric(kSlow) < kFrozen) {
    post_message(http, text);
    ASSERT_TRUE(healthy.wait_for_messages_each(++posted));
    most = std::max(most, sending_memory(server_.address().port));
  }
  RecordProperty("bytes", std::to_string(most));
  std::printf("%zu frozen peers: %zu messages of %zu bytes, the kernel held at most %zu bytes\n", kFrozen, posted,
              kMessage, most);
  EXPECT_EQ(server_.metric(kSlow), kFrozen) << "cut and counted";
  EXPECT_GT(most, kFrozen * kMessage / 2) << "nothing was measured";
  EXPECT_LE(most, kMostOfAll);
  EXPECT_EQ(healthy.subscriber(0).messages.size(), posted);
}

}  // namespace
}  // namespace push::support
