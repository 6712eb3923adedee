// Which foreign web pages may talk to us: the CORS gate in front of every API route (protocol 6.1), the upgrader's
// own gate (3, "Origin"), and the configured response headers (6.2). Compiled once, then read by every thread.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/config/config.hpp"
#include "push/core/pattern.hpp"
#include "push/core/result.hpp"

namespace push::api {

struct Incoming;
using HeaderList = std::vector<std::pair<std::string, std::string>>;

class OriginRules {
 public:
  // Errors (invalid): a malformed regular expression, named with its key; an Access-Control-Allow-Origin without a
  // scheme.
  static core::Result<OriginRules> compile(const config::Server& server);

  enum class Verdict {
    pass,       // go on, with `headers` on the answer
    preflight,  // answer 204 with `headers`
    refuse,     // answer 403 with `headers` and an empty body
  };
  // Adds to `headers` what every API answer carries, whatever the verdict.
  Verdict judge(const Incoming& request, HeaderList& headers) const;

  // The same for a request for a stream: an origin that may open one needs no other permission. (Gotify wants both.)
  Verdict judge_stream(const Incoming& request, HeaderList& headers) const;

  // The upgrader's gate.
  bool allows_stream(std::string_view origin, std::string_view host) const;

 private:
  bool allows(std::string_view origin) const;
  bool is_stream_origin(std::string_view origin) const;

  HeaderList fixed_;
  std::vector<core::Pattern> origins_;
  std::vector<core::Pattern> stream_origins_;
  std::string allowed_origin_;  // response header Access-Control-Allow-Origin, if `origins_` is empty
  std::string methods_;
  std::string headers_;
};

// Replaces the value of a header, or adds it; names match case-insensitively.
void set_header(HeaderList& headers, std::string_view name, std::string value);

}  // namespace push::api
