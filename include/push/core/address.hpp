// IP addresses and networks. Values; any thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::core {

// An IPv4 address and its mapped form (::ffff:10.0.0.1) are equal.
class Address {
 public:
  // 10.0.0.1, 2001:db8::1. None for anything else, including brackets, ports, zones (%eth0) and leading zeros.
  static std::optional<Address> parse(std::string_view text);

  bool is_v4() const;
  bool is_loopback() const;  // 127.0.0.0/8, ::1
  // Networks whose addresses are not of the Internet, so that one may stand for many people (RFC 1918, 3927, 4193,
  // 4291, 6598): 10/8, 172.16/12, 192.168/16, 169.254/16, 100.64/10, fc00::/7, fe80::/10.
  bool is_private() const;
  // Bytes that are equal for the addresses that one customer of a provider usually has: the IPv4 address, or the /64.
  std::string site() const;
  std::string text() const;  // lower case, shortest form

 private:
  friend class Network;
  std::array<std::uint8_t, 16> bytes_{};  // an IPv4 address as ::ffff:a.b.c.d
};

// The address that a host name stands for, with its zone if it has one: the first IPv4 address, else the first address,
// as Go's net.Listen chooses. An IP address stands for itself. Blocks. Error (unavailable): the resolver's reason.
Result<std::string> resolve_host(const std::string& name);

// Whether it is host[:port] as in a URI or a Host header (RFC 9110 7.2): a registered name, an IPv4 address, or an IP
// literal in brackets. Not empty, and no user.
bool is_authority(std::string_view text);

class Network {
 public:
  // 10.0.0.0/8, fd00::/8; a bare address is a network of one. Bits after the prefix may be set, as in Go's
  // net.ParseCIDR.
  static std::optional<Network> parse(std::string_view text);

  // ::/0 contains all IPv6 addresses and no IPv4 address.
  bool contains(const Address& address) const;

 private:
  Address address_;
  std::uint16_t prefix_ = 128;  // in bits, out of 128
};

}  // namespace push::core
