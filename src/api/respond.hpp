// The one place that chooses an HTTP status, and the shapes of answers (gotify-spec 1.0).
#pragma once
#include <string>
#include <string_view>

#include "push/api/origin_rules.hpp"
#include "push/core/result.hpp"
#include "push/net/http.hpp"

namespace push::api {

unsigned status_of(core::ErrorCode code);

// 200 with JSON text, or with nothing.
net::Response json(std::string_view body);
net::Response empty();
// {"error":"<reason phrase>","errorCode":<status>,"errorDescription":"<text>"}
std::string error_body(unsigned status, std::string_view text);
net::Response error(unsigned status, std::string_view text);
// unavailable carries Retry-After: 1. The text of an internal error goes to the log: clients get a general one.
net::Response error(const core::Error& error);
// gotify-spec 3 "Handshake failure": plain text, the reason phrase and the JSON object.
net::Response refused_handshake(unsigned status, std::string_view text);
// 301 for GET, 307 for every other method (gotify-spec 1.0).
net::Response redirect(std::string_view method, std::string location);

// What every answer of the route carries goes first, the answer's own headers replace it; but a configured Content-Type
// wins (gotify-spec 6.2).
void add_headers(net::Response& response, HeaderList common);

}  // namespace push::api
