#include "benchmark/support/http.hpp"

#include <charconv>

#include "benchmark/support/check.hpp"

namespace push::bench {
std::string post_request(std::uint16_t port, const std::string& token, const std::string& message,
                         const std::string& headers) {
  const std::string body = R"({"message":")" + message + R"(","priority":5})";
  return "POST /message?token=" + token + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n" + headers +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get_request(std::uint16_t port, const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n";
}

std::string token_request(std::uint16_t port, const std::string& method, const std::string& target,
                          const std::string& token) {
  return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nX-Gotify-Key: " + token +
         "\r\n\r\n";
}

std::string upgrade_request(std::string_view path, std::uint16_t port) {
  std::string request = "GET ";
  request += path;
  request += " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port);
  request +=
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  return request;
}

std::uint64_t id_in(std::string_view json) {
  const std::size_t at = json.find("\"id\":");
  if (at == std::string_view::npos) fail("no id in the answer: " + std::string(json.substr(0, 200)));
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(json.data() + at + 5, json.data() + json.size(), id);
  if (error != std::errc()) fail("id is not a number: " + std::string(json.substr(0, 200)));
  return id;
}

}  // namespace push::bench
