// The proxies whose X-Forwarded-For is trusted, and the client's address according to it (gotify-spec 6.4).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "push/core/address.hpp"
#include "push/core/result.hpp"

namespace push::api {

class TrustedProxies {
 public:
  // Addresses and networks (10.0.0.0/8, fd00::/8). Errors: invalid, naming `server.trustedproxies` and the entry
  // that is neither.
  static core::Result<TrustedProxies> parse(const std::vector<std::string>& entries);

  // The client's address. If `peer` is a trusted proxy: the rightmost address that is not, or the leftmost if all are.
  // An entry that is not an address ends the search and makes `peer` the result, as in Gotify. An empty `peer` is that
  // of a unix socket, trusted if 127.0.0.1 is, because only processes on this machine can open the socket.
  std::string client_of(std::string_view peer, std::string_view forwarded_for) const;

 private:
  bool trusts(const core::Address& address) const;

  std::vector<core::Network> networks_;
};

}  // namespace push::api
