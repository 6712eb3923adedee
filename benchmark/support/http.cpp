#include "benchmark/support/http.hpp"

#include <strings.h>

#include <charconv>

#include "benchmark/support/check.hpp"

namespace push::bench {
namespace {

template <class T>
T number(std::string_view digits, const char* what) {
  T value{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end == digits.data()) fail(std::string("HTTP: no number as ") + what);
  return value;
}

}  // namespace

std::string_view header_value(std::string_view header, std::string_view name) {
  for (std::size_t line = header.find("\r\n"); line != std::string_view::npos; line = header.find("\r\n", line)) {
    line += 2;
    const std::string_view rest = header.substr(line);
    if (rest.size() <= name.size() || rest[name.size()] != ':') continue;
    if (::strncasecmp(rest.data(), name.data(), name.size()) != 0) continue;
    std::string_view value = rest.substr(name.size() + 1, rest.find("\r\n") - name.size() - 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
    return value;
  }
  return {};
}

std::optional<Response> parse_response(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  Response response;
  response.header = bytes.substr(0, end + 4);
  if (bytes.substr(0, 9) != "HTTP/1.1 ") fail("HTTP: not a status line: " + std::string(bytes.substr(0, 40)));
  response.status = number<int>(bytes.substr(9, 3), "status");
  response.size = end + 4;
  if (response.status == 101) return response;
  const auto length = number<std::size_t>(header_value(response.header, "Content-Length"), "Content-Length");
  if (bytes.size() - response.size < length) return std::nullopt;
  response.body = bytes.substr(response.size, length);
  response.size += length;
  return response;
}

std::string post_request(std::uint16_t port, const std::string& token, const std::string& message) {
  const std::string body = R"({"message":")" + message + R"(","priority":5})";
  return "POST /message?token=" + token + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string get_request(std::uint16_t port, const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n\r\n";
}

std::string token_request(std::uint16_t port, const std::string& method, const std::string& target,
                          const std::string& token) {
  return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\nX-Gotify-Key: " + token +
         "\r\n\r\n";
}

std::uint64_t id_in(std::string_view json) {
  const std::size_t at = json.find("\"id\":");
  if (at == std::string_view::npos) fail("no id in the answer: " + std::string(json.substr(0, 200)));
  return number<std::uint64_t>(json.substr(at + 5), "id");
}

}  // namespace push::bench
