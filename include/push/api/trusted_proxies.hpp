// Whose X-Forwarded-For is believed, and what it says about where a request came from (gotify-spec 6.4).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "push/core/address.hpp"
#include "push/core/result.hpp"

namespace push::api {

class TrustedProxies {
 public:
  // Addresses and networks (10.0.0.0/8, fd00::/8). invalid: names `server.trustedproxies` and the entry that is
  // neither.
  static core::Result<TrustedProxies> parse(const std::vector<std::string>& entries);

  // The address of the client: the rightmost one that is no trusted proxy, if `peer` is one; the leftmost if all are.
  // An entry that is no address ends the search, and `peer` is the answer, as Gotify has it. "" for a unix socket's
  // peer, which is trusted where 127.0.0.1 is: whoever may open the socket is on this machine.
  std::string client_of(std::string_view peer, std::string_view forwarded_for) const;

 private:
  bool trusts(const core::Address& address) const;

  std::vector<core::Network> networks_;
};

}  // namespace push::api
