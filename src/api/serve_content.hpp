// Bytes over HTTP as Go's http.ServeContent serves them: preconditions, parts, dates (RFC 9110 13, 14). HEAD is
// answered like GET: the session omits the body.
#pragma once
#include <optional>
#include <string_view>

#include "api/incoming.hpp"
#include "push/core/bytes.hpp"
#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/files/file_cache.hpp"
#include "push/net/http.hpp"

namespace push::api {

struct Content {
  core::Slice bytes;
  std::string_view type;
  std::optional<core::WallTime> modified;  // empty: unknown, so no date condition applies
  std::string_view etag{};                 // a strong one; empty: none
};

// 200, 206 (one part), 304, 412 or 416. A request for several parts gets the whole.
net::Response serve_content(const Incoming& request, Content content);

// The same for a file, of which only what is sent is read. Errors: internal, if it cannot be read.
core::Result<net::Response> serve_file(const Incoming& request, const files::File& file, files::FileCache& cache);

// The three forms of a date that RFC 9110 5.6.7 allows; whole seconds.
std::optional<core::WallTime> parse_http_date(std::string_view text);

}  // namespace push::api
