// A parsed request target: the path as the client sent it, the path that routes are matched against, the query.
// protocol 1.0 "Route matching".
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::api {

struct Target {
  std::string_view raw_path;  // as received, still encoded
  std::string path;           // decoded, then cleaned: no empty, `.` or `..` segment; a trailing slash stays
  std::string_view query;     // without '?', still encoded
};

// The result holds views of `target`. Errors (invalid): neither origin-form nor absolute-form (RFC 9112 3.2) nor `*`; a
// broken percent escape in the path.
core::Result<Target> parse_target(std::string_view target);

// A path for a Location header: everything except unreserved characters and '/' is escaped.
std::string percent_encode_path(std::string_view path);

// The first value of `name`, decoded; empty optional if it is absent. Pairs that cannot be decoded are skipped, as in
// Go.
std::optional<std::string> query_value(std::string_view query, std::string_view name);

}  // namespace push::api
