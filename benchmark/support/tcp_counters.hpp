// The kernel's TCP counters.
#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace push::bench {

// For the whole machine: TcpExt of /proc/net/netstat and Tcp of /proc/net/snmp, by their names there.
std::map<std::string, std::int64_t> tcp_counters();

// Segments with data that one connection has received. A send() of at most 64 KB to an idle connection over loopback is
// one.
std::uint64_t data_segments_received(int socket);

}  // namespace push::bench
