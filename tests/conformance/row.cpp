#include "conformance/row.hpp"

#include "support/gotify.hpp"

namespace push::conformance {

const char* name_of(Mode mode) {
  return mode == Mode::v2 ? "v2" : "v3";
}

Request json(const char* line, const char* as, std::string body) {
  return {.line = line, .as = as, .type = support::kJson, .body = std::move(body)};
}

Request form(const char* line, const char* as, std::string body) {
  return {.line = line, .as = as, .type = support::kForm, .body = std::move(body)};
}

std::string text_part(const std::string& name, const std::string& value) {
  return "--limit\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}

std::string file_part(const std::string& name, const std::string& file, const std::string& content) {
  return "--limit\r\nContent-Disposition: form-data; name=\"" + name + "\"; filename=\"" + file +
         "\"\r\nContent-Type: application/octet-stream\r\n\r\n" + content + "\r\n";
}

Request multipart(const char* line, const char* as, const std::string& parts) {
  return {.line = line, .as = as, .type = kMultipart, .body = parts + "--limit--\r\n"};
}

std::string png() {
  constexpr std::string_view kBytes(
      "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1f\x15\xc4\x89\0\0\0\rIDATx\x9c"
      "c\xf8\xcf\xc0\xf0\x1f\0\5\0\1\xff\x89\x99=\x1d\0\0\0\0IEND\xae"
      "B`\x82",
      70);
  return std::string(kBytes);
}

Want Want::typed(const char* content_type) const {
  Want copy = *this;
  copy.type = content_type;
  return copy;
}

Want Want::with(Lines more) const {
  Want copy = *this;
  copy.headers.insert(copy.headers.end(), more.begin(), more.end());
  return copy;
}

Want Want::holding(std::vector<std::string> pieces) const {
  Want copy = *this;
  copy.contains = std::move(pieces);
  return copy;
}

Want Want::without(std::vector<std::string> pieces) const {
  Want copy = *this;
  copy.lacks = std::move(pieces);
  return copy;
}

Want Want::apart(const char* first, const char* second, int seconds) const {
  Want copy = *this;
  copy.times = Apart{first, second, seconds};
  return copy;
}

Want ok() {
  return {};
}

Want ok(std::string pattern) {
  return {.body = std::move(pattern)};
}

Want empty(int status) {
  return {.status = status, .body = ""};
}

Want fail(int status, const std::string& text) {
  const std::string quoted = nlohmann::json(text).dump();
  return {.status = status, .body = support::error_body(status, quoted.substr(1, quoted.size() - 2))};
}

Want unauthorized() {
  return Want{.status = 401, .body = support::unauthorized_body()}.with({"!WWW-Authenticate"});
}

Want redirect(int status, const std::string& location) {
  const Want common{
      .status = status, .type = status == 301 ? "text/html; charset=utf-8" : "", .headers = {"Location: " + location}};
  return common;
}

std::string describe(const Request& request) {
  std::string text = std::string(request.line) + " as (" + request.as + ")";
  for (const std::string& header : request.headers) text += ", " + header;
  if (*request.type != '\0') text += ", " + std::string(request.type);
  if (!request.body.empty()) text += ": " + request.body.substr(0, 300);
  return text;
}

std::ostream& operator<<(std::ostream& out, Mode mode) {
  return out << name_of(mode);
}

std::ostream& operator<<(std::ostream& out, const Row& row) {
  return out << row.number << " " << row.send.line;
}

}  // namespace push::conformance
