#include "push/net/trusted_proxies.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "push/core/text.hpp"

namespace push::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr unsigned kMappedBits = 96;

template <class Address>
bool is_ipv4(const Address& address) {
  return std::equal(kMapped.begin(), kMapped.end(), address.begin());
}

template <class Address>
std::string text_of(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (is_ipv4(address))
    ::inet_ntop(AF_INET, address.data() + kMapped.size(), text.data(), text.size());
  else
    ::inet_ntop(AF_INET6, address.data(), text.data(), text.size());
  return text.data();
}

}  // namespace

bool TrustedProxies::read(std::string_view text, Address& address) {
  const std::string terminated(text);
  if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return true;
  std::copy(kMapped.begin(), kMapped.end(), address.begin());
  return ::inet_pton(AF_INET, terminated.c_str(), address.data() + kMapped.size()) == 1;
}

core::Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& entries) {
  TrustedProxies out;
  for (const std::string& entry : entries) {
    const auto wrong = core::failure(core::ErrorCode::invalid, "server.trustedproxies: \"" + entry +
                                                                   "\" is neither an IP address nor a network such as "
                                                                   "10.0.0.0/8");
    const std::string_view text = entry;
    const std::size_t slash = std::min(text.find('/'), text.size());
    Network network{{}, 128};
    if (!read(text.substr(0, slash), network.address)) return wrong;
    if (slash < text.size()) {
      const bool four = text.substr(0, slash).find(':') == std::string_view::npos;
      const std::string_view bits = text.substr(slash + 1);
      const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), network.prefix);
      if (error != std::errc() || end != bits.data() + bits.size()) return wrong;
      if (network.prefix > (four ? 32U : 128U)) return wrong;
      if (four) network.prefix += kMappedBits;
    }
    out.networks_.push_back(network);
  }
  return out;
}

bool TrustedProxies::trusts(const Address& address) const {
  return std::any_of(networks_.begin(), networks_.end(), [&address](const Network& network) {
    if (is_ipv4(address) && network.prefix < kMappedBits) return false;  // ::/0 is IPv6 alone
    const std::size_t whole = network.prefix / 8;
    if (std::memcmp(address.data(), network.address.data(), whole) != 0) return false;
    const unsigned rest = network.prefix % 8;
    return rest == 0 || (address[whole] ^ network.address[whole]) >> (8 - rest) == 0;
  });
}

std::string TrustedProxies::client_of(std::string_view peer, std::string_view forwarded_for) const {
  Address address;
  if (networks_.empty() || forwarded_for.empty()) return std::string(peer);
  if (!read(peer.empty() ? std::string_view("127.0.0.1") : peer, address) || !trusts(address)) return std::string(peer);
  for (std::string_view rest = forwarded_for;;) {
    const std::size_t comma = rest.rfind(',');
    const std::string_view entry = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
    if (!read(core::trim_blanks(entry), address)) return std::string(peer);
    if (comma == std::string_view::npos || !trusts(address)) return text_of(address);
    rest = rest.substr(0, comma);
  }
}

}  // namespace push::net
