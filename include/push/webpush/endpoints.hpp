// Which push services pushes may go to. A subscription names a URL that this server then connects to: only known
// services, or a signed-in user could make the server talk to anything in its network.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/address.hpp"
#include "push/core/result.hpp"

namespace push::webpush {

class Endpoints {
 public:
  static constexpr std::size_t kMaxUrl = 1024;  // bytes

  // Besides Google's, Mozilla's, Microsoft's and Apple's: [http[s]://][*.]host[:port], valid (config
  // webpush.endpoints).
  explicit Endpoints(const std::vector<std::string>& more = {});

  struct Allowed {
    std::string origin;        // https://host[:port]
    std::string host;          // for the log: the rest of the URL is a secret
    bool any_address = false;  // the list names its address, so a private one is meant
  };
  // invalid: the text says why, without the URL.
  core::Result<Allowed> check(std::string_view url) const;

 private:
  struct Url {
    std::string scheme;
    std::string host;  // an IPv6 address without brackets
    std::uint16_t port = 0;
    bool below = false;  // of a pattern: names below the host
  };
  static std::optional<Url> parse(std::string_view url);
  static bool matches(const Url& pattern, const Url& url);

  std::vector<Url> patterns_;
};

// Whether it may be connected to for a host that is only known by its name: an address of the Internet, of one machine.
bool is_public(const core::Address& address);

}  // namespace push::webpush
