#include "binder/multipart.hpp"

#include <algorithm>

#include "binder/decoders.hpp"
#include "binder/media_type.hpp"
#include "binder/quoted_printable.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::binder {
namespace {

constexpr std::size_t kMaxLine = 4096;  // between parts
constexpr std::size_t kMaxParts = 1000;
constexpr std::size_t kMaxHeader = 16 * 1024;  // of one part

std::string_view without_line_end(std::string_view line) {
  if (!line.ends_with('\n')) return line;
  line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

constexpr std::string_view kForbiddenInNames = "()<>@,;:\\\"/[]?={}";

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return c >= ' ' && c < 0x7F && kForbiddenInNames.find(c) == std::string_view::npos;
  });
}

bool is_header_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F; });
}

void keep_first(std::string_view name, std::string_view value, std::string_view wanted, std::string& kept) {
  if (kept.empty() && core::same_ignoring_case(name, wanted)) kept = value;
}

}  // namespace

core::Result<std::string> MultipartReader::Part::decoded() const {
  if (quoted_printable) return decode_quoted_printable(content);
  return std::string(content);
}

core::Result<std::string> multipart_boundary(std::string_view content_type) {
  const MediaType media = parse_media_type(content_type);
  if (!media.problem.empty() || media.type != "multipart/form-data") {
    return unreadable("request Content-Type isn't multipart/form-data");
  }
  const auto boundary = media.parameter("boundary");
  if (!boundary) return unreadable("no multipart boundary param in Content-Type");
  if (boundary->empty()) return unreadable("multipart: boundary is empty");
  return std::string(*boundary);
}

MultipartReader::MultipartReader(std::string_view body, std::string_view boundary) : body_(body), delimiter_("--") {
  delimiter_ += boundary;
}

MultipartReader::Line MultipartReader::read_line() {
  const std::size_t end = body_.find('\n', at_);
  const bool ended = end != std::string_view::npos;
  const std::string_view line = body_.substr(at_, ended ? end + 1 - at_ : std::string_view::npos);
  at_ += line.size();
  return {line, ended};
}

bool MultipartReader::is_delimiter(std::string_view line) {
  if (!line.starts_with(delimiter_)) return false;
  const std::string_view rest = core::skip_blanks(line.substr(delimiter_.size()));
  if (parts_ == 0 && rest == "\n") line_end_ = "\n";  // the other lines end the same way
  return rest == line_end_;
}

bool MultipartReader::is_final(std::string_view line) const {
  if (!line.starts_with(delimiter_) || !line.substr(delimiter_.size()).starts_with("--")) return false;
  const std::string_view rest = core::skip_blanks(line.substr(delimiter_.size() + 2));
  return rest.empty() || rest == line_end_;
}

core::Result<bool> MultipartReader::next(Part& part) {
  bool at_separator = false;
  for (;;) {
    const Line line = read_line();
    if (is_final(line.text)) return false;
    if (line.text.size() > kMaxLine) return unreadable("multipart: NextPart: bufio: buffer full");
    if (!line.ended) return unreadable("multipart: NextPart: EOF");
    if (is_delimiter(line.text)) {
      if (++parts_ > kMaxParts) return unreadable("multipart: message too large");
      return read_part(part);
    }
    if (at_separator) return unreadable("multipart: expecting a new Part; got line " + go::quote(line.text));
    if (parts_ == 0) continue;  // preamble
    if (line.text != line_end_) return unreadable("multipart: unexpected line in Next(): " + go::quote(line.text));
    at_separator = true;
  }
}

core::Result<bool> MultipartReader::read_part(Part& part) {
  Headers headers;
  auto more = read_headers(headers);
  if (!more || !*more) return more;
  part = {};
  part.quoted_printable = core::same_ignoring_case(headers.encoding, "quoted-printable");
  const MediaType media = parse_media_type(headers.disposition);
  if (media.problem.empty() && media.type == "form-data") {
    part.name = media.parameter("name").value_or("");
    part.file_name = media.parameter(media.parameter("filename*") ? "filename*" : "filename").value_or("");
  }
  if (read_content(part.content)) return true;
  return unreadable(part.name.empty() ? "multipart: NextPart: EOF" : "unexpected EOF");
}

// One header with the lines that continue it.
std::string MultipartReader::read_header() {
  std::string header(without_line_end(read_line().text));
  while (at_ < body_.size() && (body_[at_] == ' ' || body_[at_] == '\t')) {
    header = core::trim_blanks(header);
    header.append(" ").append(core::trim_blanks(without_line_end(read_line().text)));
  }
  return header;
}

// false: the body ended among the headers, which Go treats as the end of the form.
core::Result<bool> MultipartReader::read_headers(Headers& headers) {
  const std::size_t begin = at_;
  for (;;) {
    if (at_ - begin > kMaxHeader) return unreadable("multipart: message too large");
    if (at_ == body_.size()) return false;
    if (const auto rest = body_.substr(at_); rest.starts_with("\n") || rest.starts_with("\r\n")) {
      read_line();
      return true;
    }
    const std::string header = read_header();
    const std::size_t colon = header.find(':');
    if (colon == std::string::npos) return unreadable("malformed MIME header: missing colon: " + go::quote(header));
    const std::string_view name = std::string_view(header).substr(0, colon);
    const std::string_view value = core::trim_blanks(std::string_view(header).substr(colon + 1));
    if (!is_header_name(name) || !is_header_value(value)) {
      return unreadable("malformed MIME header line: " + go::quote(core::trim_blanks(header)));
    }
    keep_first(name, value, "content-disposition", headers.disposition);
    keep_first(name, value, "content-transfer-encoding", headers.encoding);
  }
}

// false: no boundary follows.
bool MultipartReader::read_content(std::string_view& content) {
  const std::size_t begin = at_;
  const std::string_view rest = body_.substr(begin);
  const auto ends_here = [rest](std::size_t after) {
    const std::string_view next = rest.substr(after);
    return next.empty() || next.starts_with("--") ||
           std::string_view(" \t\r\n").find(next[0]) != std::string_view::npos;
  };
  if (rest.starts_with(delimiter_) && ends_here(delimiter_.size())) return true;
  const std::string separator = std::string(line_end_) + delimiter_;
  for (std::size_t found = rest.find(separator); found != std::string_view::npos;
       found = rest.find(separator, found + 1)) {
    if (!ends_here(found + separator.size())) continue;
    at_ = begin + found;
    content = rest.substr(0, found);
    return true;
  }
  return false;
}

}  // namespace push::binder
