#include "api/respond.hpp"

#include <algorithm>
#include <utility>

#include "push/core/log.hpp"
#include "push/core/text.hpp"
#include "push/go/status.hpp"
#include "push/model/json.hpp"

namespace push::api {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

// Gotify's words (protocol 1.6, 1.8); `token` is ours.
std::string_view words_of(const core::Error& error) {
  switch (error.conflict) {
    case core::Conflict::name:
      return "username already exists";
    case core::Conflict::token:
      return "the new token is taken, try again";
    case core::Conflict::sort_key:
      return "sort key is not unique";
    case core::Conflict::last_admin:
      return "cannot delete last admin";
    case core::Conflict::internal:
      return "cannot delete internal application";
    case core::Conflict::none:
      break;
  }
  // No database's own words for clients.
  return error.code == core::ErrorCode::conflict ? "this conflicts with what is stored" : std::string_view(error.text);
}

net::Response with_status(unsigned status, net::Response response = {}) {
  response.status = status;
  return response;
}

net::Response without_body(unsigned status, net::Response response) {
  response.content_type.clear();
  return with_status(status, std::move(response));
}

std::string error_body(unsigned status, std::string_view text) {
  std::string out = "{\"error\":";
  model::append_json_string(out, go::status_text(status));
  out += ",\"errorCode\":";
  out += std::to_string(status);
  out += ",\"errorDescription\":";
  model::append_json_string(out, text);
  out += '}';
  return out;
}

net::Response error_answer(unsigned status, std::string_view text) {
  net::Response response = with_status(status, json(error_body(status, text)));
  if (status == 503) response.headers.emplace_back("Retry-After", "1");
  return response;
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
    case core::ErrorCode::mismatch:
      return 422;
    case core::ErrorCode::too_large:
      return 413;
    case core::ErrorCode::throttled:
      return 429;
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

net::Response no_content() {
  return with_status(204);
}

net::Response error(const core::Error& error) {
  const unsigned status = status_of(error.code);
  if (status == 500) spdlog::error("internal error error=\"{}\"", error.text);
  net::Response response =
      error_answer(status, status == 500 ? "internal error, see the server's log" : words_of(error));
  if (status == 429) response.headers.emplace_back("Retry-After", std::to_string(error.retry_after.count()));
  return response;
}

net::Response bad_request(std::string_view text) {
  return error_answer(400, text);
}

net::Response unauthorized(std::string_view text) {
  return error_answer(401, text);
}

net::Response forbidden(std::string_view text) {
  return error_answer(403, text);
}

net::Response not_found(std::string_view text) {
  return error_answer(404, text);
}

net::Response rejected(unsigned status, std::string_view reason) {
  net::Response response = error_answer(status, reason);
  keep_private(response);
  return response;
}

net::Response foreign_origin() {
  return with_status(403);
}

net::Response broken() {
  return with_status(500);
}

net::Response no_page() {
  net::Response response = with_status(404);
  response.content_type = "text/plain";
  response.body = core::Slice::copy("404 page not found");
  return response;
}

net::Response unhealthy(std::string_view body) {
  return with_status(500, json(body));
}

net::Response plain(std::string_view text) {
  net::Response response = json(text);
  response.content_type = "text/plain; charset=utf-8";
  keep_private(response);
  return response;
}

net::Response not_ready(std::string_view text) {
  return with_status(503, plain(text));
}

net::Response partial(net::Response response) {
  return with_status(206, std::move(response));
}

net::Response not_modified(net::Response response) {
  return without_body(304, std::move(response));
}

net::Response precondition_failed(net::Response response) {
  return without_body(412, std::move(response));
}

net::Response range_not_satisfiable(std::string_view text) {
  net::Response response = with_status(416);
  response.content_type = kPlainText;
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.body = core::Slice::copy(text);
  return response;
}

net::Response refused_handshake(unsigned status, std::string_view text) {
  net::Response response;
  response.status = status;
  response.content_type = kPlainText;
  response.headers = {{"Sec-Websocket-Version", "13"}, {"X-Content-Type-Options", "nosniff"}};
  response.body = core::Slice::copy(std::string(go::status_text(status)) + "\n" + error_body(status, text));
  return response;
}

net::Response redirect(std::string_view method, std::string location) {
  net::Response response;
  const bool reads = method == "GET" || method == "HEAD";
  response.status = reads ? 301 : 307;
  response.content_type.clear();
  if (reads) {
    response.content_type = "text/html; charset=utf-8";
    std::string body = "<a href=\"";
    append_html(body, location);
    body += "\">Moved Permanently</a>.\n\n";
    response.body = core::Slice::copy(body);
  }
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

void keep_private(net::Response& response) {
  const auto has = [&response](std::string_view name) {
    return std::any_of(response.headers.begin(), response.headers.end(),
                       [name](const auto& header) { return core::same_ignoring_case(header.first, name); });
  };
  response.no_store = !has("Cache-Control");
  response.no_sniff = !has("X-Content-Type-Options");
}

void add_headers(net::Response& response, HeaderList common) {
  if (common.empty()) return;
  for (auto& [name, value] : response.headers) set_header(common, name, std::move(value));
  std::erase_if(common, [&response](const auto& header) {
    if (!core::same_ignoring_case(header.first, "Content-Type")) return false;
    response.content_type = header.second;
    return true;
  });
  response.headers = std::move(common);
}

}  // namespace push::api
