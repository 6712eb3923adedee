// The HTTP/1.1 that a poster needs.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "support/http_response.hpp"

namespace push::bench {

using support::find_header;
using support::parse_response;
using support::Response;

// headers: further lines, each with its end.
std::string post_request(std::uint16_t port, const std::string& token, const std::string& message,
                         const std::string& headers = {});
std::string get_request(std::uint16_t port, const std::string& target);
std::string token_request(std::uint16_t port, const std::string& method, const std::string& target,
                          const std::string& token);

// A WebSocket handshake with a fixed key, so that the answer is known without SHA-1.
std::string upgrade_request(std::string_view path, std::uint16_t port);
inline constexpr std::string_view kExpectedAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

// The number after `"id":`; fails if there is none.
std::uint64_t id_in(std::string_view json);

}  // namespace push::bench
