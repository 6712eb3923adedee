#include "api/respond.hpp"

#include <utility>

#include "push/core/log.hpp"
#include "push/go/text.hpp"
#include "push/model/json.hpp"

namespace push::api {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 408:
      return "Request Timeout";
    case 413:
      return "Request Entity Too Large";
    case 431:
      return "Request Header Fields Too Large";
    case 503:
      return "Service Unavailable";
    default:
      return "Internal Server Error";
  }
}

void append_html(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&#34;";
    else
      out += c;
  }
}

}  // namespace

unsigned status_of(core::ErrorCode code) {
  switch (code) {
    case core::ErrorCode::invalid:
    case core::ErrorCode::conflict:
      return 400;
    case core::ErrorCode::unauthorized:
      return 401;
    case core::ErrorCode::forbidden:
      return 403;
    case core::ErrorCode::not_found:
      return 404;
    case core::ErrorCode::too_large:
      return 413;
    case core::ErrorCode::unavailable:
      return 503;
    case core::ErrorCode::internal:
      return 500;
  }
  return 500;
}

net::Response json(std::string_view body) {
  net::Response response;
  response.body = core::Slice::copy(body);
  return response;
}

net::Response empty() {
  return {};
}

std::string error_body(unsigned status, std::string_view text) {
  std::string out = "{\"error\":";
  model::append_json_string(out, reason_phrase(status));
  out += ",\"errorCode\":";
  out += std::to_string(status);
  out += ",\"errorDescription\":";
  model::append_json_string(out, text);
  out += '}';
  return out;
}

net::Response error(unsigned status, std::string_view text) {
  net::Response response = json(error_body(status, text));
  response.status = status;
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
}

net::Response error(const core::Error& error) {
  const unsigned status = status_of(error.code);
  if (status == 500) spdlog::error("internal error: {}", error.text);
  return api::error(status, status == 500 ? "internal error, see the server's log" : std::string_view(error.text));
}

net::Response refused_handshake(unsigned status, std::string_view text) {
  net::Response response;
  response.status = status;
  response.content_type = kPlainText;
  response.headers = {{"Sec-Websocket-Version", "13"}, {"X-Content-Type-Options", "nosniff"}};
  response.body = core::Slice::copy(std::string(reason_phrase(status)) + "\n" + error_body(status, text));
  return response;
}

net::Response redirect(std::string_view method, std::string location) {
  net::Response response;
  response.status = method == "GET" ? 301 : 307;
  response.content_type.clear();
  if (method == "GET") {
    response.content_type = "text/html; charset=utf-8";
    std::string body = "<a href=\"";
    append_html(body, location);
    body += "\">Moved Permanently</a>.\n\n";
    response.body = core::Slice::copy(body);
  }
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

void add_headers(net::Response& response, HeaderList common) {
  if (common.empty()) return;
  for (auto& [name, value] : response.headers) set_header(common, name, std::move(value));
  std::erase_if(common, [&response](const auto& header) {
    if (!go::same_ignoring_case(header.first, "Content-Type")) return false;
    response.content_type = header.second;
    return true;
  });
  response.headers = std::move(common);
}

}  // namespace push::api
