// HTTP/1.1 as a poster needs it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace push::bench {

struct Response {
  int status = 0;
  std::string_view header;  // from the status line to the empty line
  std::string_view body;
  std::size_t size = 0;  // of both
};

// The first response in `bytes`, nothing while it is incomplete. A 101 has no body; any other needs a Content-Length.
std::optional<Response> parse_response(std::string_view bytes);

// The value of a header field, empty if absent.
std::string_view header_value(std::string_view header, std::string_view name);

std::string post_request(std::uint16_t port, const std::string& token, const std::string& message);
std::string get_request(std::uint16_t port, const std::string& target);
std::string token_request(std::uint16_t port, const std::string& method, const std::string& target,
                          const std::string& token);

// The number after `"id":`; fails if there is none.
std::uint64_t id_in(std::string_view json);

}  // namespace push::bench
