#include "benchmark/support/tcp_counters.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <sstream>
#include <string_view>

#include "benchmark/support/check.hpp"

namespace push::bench {
namespace {

// A group is two lines: `Tcp: names`, then `Tcp: values`.
void read_group(const char* file, std::string_view group, std::map<std::string, std::int64_t>& out) {
  std::ifstream lines(file);
  std::string names;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind(group, 0) != 0) continue;
    if (names.empty()) {
      names = line.substr(group.size());
      continue;
    }
    std::istringstream keys(names);
    std::istringstream values(line.substr(group.size()));
    std::int64_t value = 0;
    for (std::string key; keys >> key && values >> value;) out[key] = value;
    return;
  }
}

}  // namespace

std::map<std::string, std::int64_t> tcp_counters() {
  std::map<std::string, std::int64_t> result;
  read_group("/proc/net/netstat", "TcpExt: ", result);
  read_group("/proc/net/snmp", "Tcp: ", result);
  return result;
}

std::uint64_t data_segments_received(int socket) {
  tcp_info info{};
  socklen_t size = sizeof info;
  must(::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size), "TCP_INFO");
  return info.tcpi_data_segs_in;
}

}  // namespace push::bench
