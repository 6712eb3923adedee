// Reads HTTP/1.1 responses from a byte stream, strictly.
#pragma once
#include <optional>
#include <string_view>

#include "support/socket.hpp"

namespace push::support {

struct Response {
  int status = 0;
  std::string_view head;  // status line and headers, with the end of the last line
  std::string_view body;
  std::size_t size = 0;  // of all of it
};

// The first response in `bytes`, into which it points; empty while it is incomplete. Throws Failure if it is malformed
// or has a body without a Content-Length. bodiless: it answers a HEAD.
std::optional<Response> parse_response(std::string_view bytes, bool bodiless = false);

// The first value of a header; the name's case does not matter.
std::optional<std::string_view> find_header(std::string_view head, std::string_view name);

}  // namespace push::support
