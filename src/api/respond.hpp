// The one place that chooses an HTTP status, and the shapes of answers (protocol 1.0).
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/api/origin_rules.hpp"
#include "push/core/result.hpp"
#include "push/net/http.hpp"

namespace push::api {

unsigned status_of(core::ErrorCode code);

// The status that net has sent by the time a stream is open: of a WebSocket, and of every other kind.
inline constexpr unsigned kSwitchingProtocols = 101;
inline constexpr unsigned kStreaming = 200;

// 200 with JSON text, or with nothing.
net::Response json(std::string_view body);
net::Response empty();
net::Response no_content();

// An error in Gotify's form: {"error":"<reason phrase>","errorCode":<status>,"errorDescription":"<text>"}.
// unavailable carries Retry-After: 1, throttled its own. The texts of conflicts are chosen here. The text of an
// internal error goes to the log; clients get a general one.
net::Response error(const core::Error& error);
net::Response bad_request(std::string_view text);
net::Response unauthorized(std::string_view text);
net::Response forbidden(std::string_view text);
net::Response not_found(std::string_view text);
// The answer to a request that net refuses; it has chosen the status.
net::Response rejected(unsigned status, std::string_view reason);
// protocol 3 "Handshake failure": plain text, the reason phrase and the JSON object.
net::Response refused_handshake(unsigned status, std::string_view text);
// Empty answers to a request from a foreign origin, and to one whose handler threw (protocol 1.0).
net::Response foreign_origin();
net::Response broken();
// 404 as plain text, for pages.
net::Response no_page();
// 500 with a JSON body of its own, for /health.
net::Response unhealthy(std::string_view body);
// Plain text that no cache keeps: 200, or 503 for /readyz.
net::Response plain(std::string_view text);
net::Response not_ready(std::string_view text);
// For files (RFC 9110 13 to 15): 206 with a part; 304 and 412 without a body; 416 in plain text.
net::Response partial(net::Response response);
net::Response not_modified(net::Response response);
net::Response precondition_failed(net::Response response);
net::Response range_not_satisfiable(std::string_view text);
// 301 for GET and HEAD, 307 for every other method (protocol 1.0).
net::Response redirect(std::string_view method, std::string location);

// An answer of the API: no cache keeps it, because it may hold a token, and no browser guesses its type. A header of
// the same name that is there already stays.
void keep_private(net::Response& response);

// Puts the headers common to the route before the answer's own, which override them, except that a configured
// Content-Type wins (protocol 6.2).
void add_headers(net::Response& response, HeaderList common);

}  // namespace push::api
