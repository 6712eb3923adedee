#include "support/http_response.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace push::support {
namespace {

constexpr std::string_view kProtocol = "HTTP/1.1 ";
constexpr std::string_view kEmptyLine = "\r\n\r\n";

bool same(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) throw Failure("not a number: " + std::string(text));
  return value;
}

}  // namespace

std::optional<std::string_view> find_header(std::string_view head, std::string_view name) {
  for (auto at = head.find("\r\n"); at != std::string_view::npos; at = head.find("\r\n", at + 2)) {
    const std::string_view line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    const auto colon = line.find(": ");
    if (colon != std::string_view::npos && same(line.substr(0, colon), name)) return line.substr(colon + 2);
  }
  return std::nullopt;
}

std::optional<Response> parse_response(std::string_view bytes, bool bodiless) {
  const std::size_t end = bytes.find(kEmptyLine);
  if (end == std::string_view::npos) return std::nullopt;
  Response response;
  response.head = bytes.substr(0, end + 2);
  response.size = end + kEmptyLine.size();
  if (!response.head.starts_with(kProtocol)) throw Failure("not HTTP/1.1: " + std::string(response.head));
  response.status = static_cast<int>(number(response.head.substr(kProtocol.size(), 3)));
  if (bodiless || response.status < 200 || response.status == 204 || response.status == 304) return response;
  const std::size_t length = number(find_header(response.head, "Content-Length").value_or(""));
  if (bytes.size() - response.size < length) return std::nullopt;
  response.body = bytes.substr(response.size, length);
  response.size += length;
  return response;
}

}  // namespace push::support
