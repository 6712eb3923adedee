#include "api/serve_content.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>
#include <variant>

#include "api/respond.hpp"
#include "push/core/text.hpp"

namespace push::api {
namespace {

constexpr std::string_view kBytes = "bytes=";

struct Part {
  std::size_t begin = 0;
  std::size_t size = 0;
  bool operator==(const Part&) const = default;
};
enum class Range {
  whole,
  malformed,
  beyond,  // starts beyond the end
};
using Wanted = std::variant<Range, Part>;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size() && !text.empty();
  if (!whole || error != std::errc() || value > INT64_MAX) return std::nullopt;
  return value;
}

// One "first-last", "first-" or "-length".
Wanted read_part(std::string_view text, std::size_t size) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return Range::malformed;
  const std::string_view from = core::trim_blanks(text.substr(0, dash));
  const std::string_view to = core::trim_blanks(text.substr(dash + 1));
  if (from.empty()) {
    const auto length = number(to);
    if (!length) return Range::malformed;
    const std::size_t last = std::min<std::uint64_t>(*length, size);
    return Part{size - last, last};
  }
  const auto begin = number(from);
  if (!begin) return Range::malformed;
  if (*begin >= size) return Range::beyond;
  if (to.empty()) return Part{*begin, size - *begin};
  const auto last = number(to);
  if (!last || *last < *begin) return Range::malformed;
  return Part{*begin, std::min<std::uint64_t>(*last, size - 1) - *begin + 1};
}

Wanted read_range(std::string_view text, std::size_t size) {
  if (text.empty()) return Range::whole;
  if (!text.starts_with(kBytes)) return Range::malformed;
  text.remove_prefix(kBytes.size());
  Wanted found = Range::whole;
  std::size_t parts = 0;
  bool beyond = false;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), one.size() + 1));
    if (core::trim_blanks(one).empty()) continue;
    const Wanted wanted = read_part(core::trim_blanks(one), size);
    if (wanted == Wanted(Range::malformed)) return wanted;
    if (wanted == Wanted(Range::beyond)) {
      beyond = true;
      continue;
    }
    found = wanted;
    ++parts;
  }
  // A range of an empty file is not an error, and several parts at once are not served.
  if (parts == 0 && beyond) return size == 0 ? Range::whole : Range::beyond;
  return parts == 1 ? found : Range::whole;
}

// Takes the entity tag that `text` begins with, without its W/; "" = there is none.
std::string_view take_tag(std::string_view& text, bool& weak) {
  weak = text.starts_with("W/");
  if (weak) text.remove_prefix(2);
  const std::size_t end = text.starts_with('"') ? text.find('"', 1) : std::string_view::npos;
  if (end == std::string_view::npos) return {};
  const std::string_view tag = text.substr(0, end + 1);
  text.remove_prefix(tag.size());
  return tag;
}

// RFC 9110 8.8.3.2
enum class Comparison { strong, weak };

// Whether the list names the tag, which is a strong one or empty; `*` names everything.
bool names(std::string_view tags, std::string_view etag, Comparison comparison) {
  tags = core::trim_blanks(tags);
  if (tags == "*") return true;
  while (!tags.empty()) {
    bool weak = false;
    const std::string_view tag = take_tag(tags, weak);
    if (tag.empty()) return false;
    if (tag == etag && (!weak || comparison == Comparison::weak)) return true;
    tags = core::trim_blanks(tags);
    if (!tags.empty() && tags.front() != ',') return false;
    while (tags.starts_with(',')) tags = core::trim_blanks(tags.substr(1));
  }
  return false;
}

std::optional<core::WallTime> second_of(std::optional<core::WallTime> modified) {
  if (!modified) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(*modified);
}

// A file, as the client may know it.
struct Version {
  std::string_view etag;
  std::optional<core::WallTime> modified;  // to the second
};

bool failed(const Conditions& asked, const Version& now) {
  if (!asked.if_match.empty()) return !names(asked.if_match, now.etag, Comparison::strong);
  const auto since = parse_http_date(asked.if_unmodified_since);
  return since && now.modified && *now.modified > *since;
}

bool not_modified(const Conditions& asked, const Version& now) {
  if (!asked.if_none_match.empty()) return names(asked.if_none_match, now.etag, Comparison::weak);
  const auto since = parse_http_date(asked.if_modified_since);
  return since && now.modified && *now.modified <= *since;
}

// If-Range: send the part only if the file is still the one that the client knows.
bool same_as_before(const Conditions& asked, const Version& now) {
  if (asked.if_range.empty()) return true;
  if (asked.if_range.starts_with('"')) return asked.if_range == now.etag;
  const auto known = parse_http_date(asked.if_range);
  return known && now.modified == known;
}

net::Response unsatisfiable(Range why, std::size_t size) {
  const bool beyond = why == Range::beyond;
  net::Response response = range_not_satisfiable(beyond ? "invalid range: failed to overlap\n" : "invalid range\n");
  if (beyond) response.headers.emplace_back("Content-Range", "bytes */" + std::to_string(size));
  return response;
}

// The answer but for its bytes, and which of them it gets; none of them if it is an error.
struct Plan {
  net::Response response;
  std::optional<Part> part;
};

Plan plan(const Conditions& asked, std::size_t size, std::string_view type, std::optional<core::WallTime> modified,
          std::string_view etag) {
  const Version now{etag, second_of(modified)};
  net::Response response;
  if (!etag.empty()) response.headers.emplace_back("ETag", etag);
  if (modified) response.headers.emplace_back("Last-Modified", core::http_date(*modified));
  if (failed(asked, now)) return {precondition_failed(std::move(response)), {}};
  if (not_modified(asked, now)) return {api::not_modified(std::move(response)), {}};

  const Wanted wanted = same_as_before(asked, now) ? read_range(asked.range, size) : Wanted(Range::whole);
  const Part* part = std::get_if<Part>(&wanted);
  if (part == nullptr && wanted != Wanted(Range::whole)) return {unsatisfiable(std::get<Range>(wanted), size), {}};
  response.content_type = type;
  response.headers.emplace_back("Accept-Ranges", "bytes");
  if (part == nullptr) return {std::move(response), Part{0, size}};
  response = partial(std::move(response));
  // The last 0 bytes are "bytes 5-4/5", as in Go.
  const auto last = static_cast<std::int64_t>(part->begin + part->size) - 1;
  response.headers.emplace_back("Content-Range", "bytes " + std::to_string(part->begin) + "-" + std::to_string(last) +
                                                     "/" + std::to_string(size));
  return {std::move(response), *part};
}

}  // namespace

net::Response serve_content(const Incoming& request, Content content) {
  Plan planned = plan(request.conditions, content.bytes.view.size(), content.type, content.modified, content.etag);
  if (!planned.part) return std::move(planned.response);
  const std::string_view whole = content.bytes.view;
  planned.response.body = std::move(content.bytes);
  planned.response.body.view = whole.substr(planned.part->begin, planned.part->size);
  return std::move(planned.response);
}

core::Result<net::Response> serve_file(const Incoming& request, const files::File& file, files::FileCache& cache) {
  Plan planned = plan(request.conditions, file.size, file.type, file.modified, {});
  if (!planned.part) return std::move(planned.response);
  auto read = cache.read(file, planned.part->begin, planned.part->size);
  if (!read) return std::move(read).error();
  planned.response.body = std::move(read->bytes);
  planned.response.shared_body = read->shared;
  return std::move(planned.response);
}

std::optional<core::WallTime> parse_http_date(std::string_view text) {
  const std::string date(text);
  for (const char* form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm parts{};
    const char* end = ::strptime(date.c_str(), form, &parts);
    if (end == nullptr || end != date.c_str() + date.size()) continue;
    const std::chrono::sys_seconds seconds{std::chrono::seconds(::timegm(&parts))};
    // The range of nanoseconds in 64 bits; no file has such a date.
    if (parts.tm_year + 1900 < 1678 || parts.tm_year + 1900 > 2261) return std::nullopt;
    return core::WallTime(seconds);
  }
  return std::nullopt;
}

}  // namespace push::api
