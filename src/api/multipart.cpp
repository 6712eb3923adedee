#include "api/multipart.hpp"

#include <algorithm>

#include "api/binder_decoders.hpp"
#include "api/go_text.hpp"
#include "api/media_type.hpp"

namespace push::api::binder {
namespace {

constexpr std::size_t max_line = 4096;  // between parts
constexpr std::size_t max_parts = 1000;

std::string_view without_line_end(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view skip_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(" \t"), text.size()));
}

std::string_view trim_blanks(std::string_view text) {
  const std::string_view rest = skip_blanks(text);
  return rest.substr(0, rest.find_last_not_of(" \t") + 1);
}

}  // namespace

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
  const std::string_view rest = skip_blanks(line.substr(delimiter_.size()));
  if (parts_ == 0 && rest == "\n") line_end_ = "\n";  // whoever begins so goes on so
  return rest == line_end_;
}

bool MultipartReader::is_final(std::string_view line) const {
  if (!line.starts_with(delimiter_) || !line.substr(delimiter_.size()).starts_with("--")) return false;
  const std::string_view rest = skip_blanks(line.substr(delimiter_.size() + 2));
  return rest.empty() || rest == line_end_;
}

core::Result<bool> MultipartReader::next(Part& part) {
  bool at_separator = false;
  for (;;) {
    const Line line = read_line();
    if (is_final(line.text)) return false;
    if (line.text.size() > max_line) return unreadable("multipart: NextPart: bufio: buffer full");
    if (!line.ended) return unreadable("multipart: NextPart: EOF");
    if (is_delimiter(line.text)) {
      if (++parts_ > max_parts) return unreadable("multipart: message too large");
      return read_part(part);
    }
    if (at_separator) return unreadable("multipart: expecting a new Part; got line " + quote(line.text));
    if (parts_ == 0) continue;  // preamble
    if (line.text != line_end_) return unreadable("multipart: unexpected line in Next(): " + quote(line.text));
    at_separator = true;
  }
}

core::Result<bool> MultipartReader::read_part(Part& part) {
  std::string disposition;
  const auto headers = read_headers(disposition);
  if (!headers || !*headers) return headers;
  const auto content = read_content();
  if (!content) return content.error();
  part = {{}, {}, *content};
  const MediaType media = parse_media_type(disposition);
  if (media.problem.empty() && media.type == "form-data") {
    part.name = media.parameter("name").value_or("");
    part.file_name = media.parameter(media.parameter("filename*") ? "filename*" : "filename").value_or("");
  }
  return true;
}

// false: the body ended among the headers, which Go takes for the end of the form.
core::Result<bool> MultipartReader::read_headers(std::string& disposition) {
  bool found = false;
  bool continues = false;  // the last line began a Content-Disposition, which the next may continue
  for (;;) {
    if (at_ == body_.size()) return false;
    const std::string_view line = without_line_end(read_line().text);
    if (line.empty()) return true;
    if (line[0] == ' ' || line[0] == '\t') {
      if (continues) disposition.append(" ").append(trim_blanks(line));
      continue;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) {
      return unreadable("malformed MIME header: missing colon: " + quote(trim_blanks(line)));
    }
    if (colon == 0) return unreadable("malformed MIME header line: " + quote(trim_blanks(line)));
    continues = !found && same_ignoring_case(line.substr(0, colon), "content-disposition");
    if (!continues) continue;
    found = true;
    disposition = trim_blanks(line.substr(colon + 1));
  }
}

core::Result<std::string_view> MultipartReader::read_content() {
  const std::size_t begin = at_;
  const std::string_view rest = body_.substr(begin);
  const auto ends_here = [rest](std::size_t after) {
    const std::string_view next = rest.substr(after);
    return next.empty() || next.starts_with("--") ||
           std::string_view(" \t\r\n").find(next[0]) != std::string_view::npos;
  };
  if (rest.starts_with(delimiter_) && ends_here(delimiter_.size())) return rest.substr(0, 0);
  const std::string separator = std::string(line_end_) + delimiter_;
  for (std::size_t found = rest.find(separator); found != std::string_view::npos;
       found = rest.find(separator, found + 1)) {
    if (!ends_here(found + separator.size())) continue;
    at_ = begin + found;
    return rest.substr(0, found);
  }
  return unreadable("unexpected EOF");
}

}  // namespace push::api::binder
