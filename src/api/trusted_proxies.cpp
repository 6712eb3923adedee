#include "push/api/trusted_proxies.hpp"

#include <algorithm>

#include "push/core/text.hpp"

namespace push::api {

core::Result<TrustedProxies> TrustedProxies::parse(const std::vector<std::string>& entries) {
  TrustedProxies out;
  for (const std::string& entry : entries) {
    const auto network = core::Network::parse(entry);
    if (!network) {
      return core::failure(core::ErrorCode::invalid, "server.trustedproxies: \"" + entry +
                                                         "\" is neither an IP address nor a network such as "
                                                         "10.0.0.0/8");
    }
    out.networks_.push_back(*network);
  }
  return out;
}

bool TrustedProxies::trusts(const core::Address& address) const {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&address](const core::Network& network) { return network.contains(address); });
}

bool TrustedProxies::trusts(std::string_view peer) const {
  if (networks_.empty()) return false;
  const auto address = core::Address::parse(peer.empty() ? std::string_view("127.0.0.1") : peer);
  return address && trusts(*address);
}

std::string TrustedProxies::client_of(std::string_view peer, std::string_view forwarded_for) const {
  if (forwarded_for.empty() || !trusts(peer)) return std::string(peer);
  for (std::string_view rest = forwarded_for;;) {
    const std::size_t comma = rest.rfind(',');
    const std::string_view entry = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
    const auto address = core::Address::parse(core::trim_blanks(entry));
    if (!address) return std::string(peer);
    if (comma == std::string_view::npos || !trusts(*address)) return address->text();
    rest = rest.substr(0, comma);
  }
}

}  // namespace push::api
