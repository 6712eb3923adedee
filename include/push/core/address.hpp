// IP addresses and networks. Values; any thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
