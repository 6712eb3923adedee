#include "net/response_text.hpp"

#include "push/core/clock.hpp"
#include "push/go/status.hpp"

namespace push::net {
namespace {

// Formatting a date costs more than the rest of the head; it changes once per second.
const std::string& date_now() {
  thread_local std::string text;
  thread_local std::int64_t second = -1;
  const auto now = std::chrono::floor<std::chrono::seconds>(core::wall_now());
  if (now.time_since_epoch().count() != second) {
    second = now.time_since_epoch().count();
    text = core::http_date(now);
  }
  return text;
}

}  // namespace

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ": ";
  out += value;
  out += "\r\n";
}

void append_head(std::string& out, const Response& response, HeadOptions options) {
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += go::status_text(response.status);
  out += "\r\n";
  if (!response.content_type.empty()) append_field(out, "Content-Type", response.content_type);
  append_field(out, "Date", date_now());
  if (response.no_store) append_field(out, "Cache-Control", "no-store");
  if (response.no_sniff) append_field(out, "X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  if (response.status != 204 && response.status != 304 && !options.endless) {
    append_field(out, "Content-Length", std::to_string(response.body.view.size()));
  }
  if (options.close)
    append_field(out, "Connection", "close");
  else if (options.http_1_0)
    append_field(out, "Connection", "keep-alive");
  out += "\r\n";
}

}  // namespace push::net
