// What the kernel counts of TCP, for all programs of the machine together.
#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace push::bench {

// TcpExt of /proc/net/netstat and Tcp of /proc/net/snmp, by their names there.
std::map<std::string, std::int64_t> tcp_counters();

}  // namespace push::bench
