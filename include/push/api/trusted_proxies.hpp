// Which proxies' X-Forwarded-* are trusted, and the client address that follows from it (protocol 6.4).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "push/core/address.hpp"
#include "push/core/result.hpp"

namespace push::api {

class TrustedProxies {
 public:
  // Addresses and networks (10.0.0.0/8, fd00::/8). invalid: the text names `server.trustedproxies` and the bad entry.
  static core::Result<TrustedProxies> parse(const std::vector<std::string>& entries);

  bool any() const { return !networks_.empty(); }
  // The address of the client: the rightmost one that is not a trusted proxy, if `peer` is one; the leftmost if all
  // are. An entry that is not an address ends the search, and `peer` is returned, as in Gotify. "" for a unix socket's
  // peer, which is trusted if 127.0.0.1 is, because it is on this machine.
  std::string client_of(std::string_view peer, std::string_view forwarded_for) const;
  // Whether what `peer` says about its own client is true.
  bool trusts(std::string_view peer) const;

 private:
  bool trusts(const core::Address& address) const;

  std::vector<core::Network> networks_;
};

}  // namespace push::api
