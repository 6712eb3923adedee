#include "binder/xml_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "binder/decoders.hpp"
#include "push/core/text.hpp"

namespace push::binder {
namespace {

constexpr std::size_t max_depth = 10000;
constexpr std::string_view space = " \t\r\n";

std::string_view local_name(std::string_view full_name) {
  return full_name.substr(full_name.find(':') + 1);
}

bool is_character(char32_t value) {
  return value == 0x9 || value == 0xA || value == 0xD || (value >= 0x20 && value <= 0xD7FF) ||
         (value >= 0xE000 && value <= 0xFFFD) || (value >= 0x10000 && value <= 0x10FFFF);
}

}  // namespace

core::Error XmlReader::error(std::string_view problem) const {
  const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n');
  std::string words = "XML syntax error on line " + std::to_string(line) + ": ";
  words += problem;
  return unreadable(std::move(words));
}

bool XmlReader::skip_past(std::string_view mark) {
  const std::size_t found = text_.find(mark, at_);
  at_ = found == std::string_view::npos ? text_.size() : found + mark.size();
  return found != std::string_view::npos;
}

core::Result<XmlReader::Event> XmlReader::next() {
  if (closes_itself_) {
    closes_itself_ = false;
    return close(open_.back());
  }
  for (;;) {
    if (started_ && open_.empty()) return Event::finished;
    if (at_ == text_.size()) return started_ ? error("unexpected EOF") : unreadable("EOF");
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with('<')) {
      const std::string_view raw = rest.substr(0, rest.find('<'));
      at_ += raw.size();
      if (started_) return read_text(raw, true);
      continue;
    }
    if (rest.starts_with("<!--")) {
      at_ += 4;
      if (!skip_past("-->")) return error("unexpected EOF in comment");
    } else if (rest.starts_with("<![CDATA[")) {
      at_ += 9;
      const std::size_t begin = at_;
      if (!skip_past("]]>")) return error("unexpected EOF in CDATA section");
      if (started_) return read_text(text_.substr(begin, at_ - 3 - begin), false);
    } else if (rest.starts_with("<?")) {
      if (!skip_past("?>")) return error("unexpected EOF");
    } else if (rest.starts_with("<!")) {
      return error("document types are not supported");
    } else {
      return rest.starts_with("</") ? read_end_tag() : read_begin_tag();
    }
  }
}

bool XmlReader::append_reference(std::string_view& raw) {
  constexpr std::array<std::pair<std::string_view, char>, 5> named = {
      {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"apos", '\''}, {"quot", '"'}}};
  const std::size_t end = raw.find(';');
  if (end > 12) return false;  // none, or no reference that XML knows
  const std::string_view name = raw.substr(1, end - 1);
  raw.remove_prefix(end + 1);
  if (!name.starts_with('#')) {
    const auto* const found =
        std::find_if(named.begin(), named.end(), [name](const auto& e) { return e.first == name; });
    if (found == named.end()) return false;
    data_ += found->second;
    return true;
  }
  const bool hex = name.substr(1).starts_with('x');
  const std::string_view digits = name.substr(hex ? 2 : 1);
  std::uint32_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return false;
  if (!is_character(value)) return false;
  core::append_rune(data_, value);
  return true;
}

core::Result<XmlReader::Event> XmlReader::read_text(std::string_view raw, bool references) {
  data_.clear();
  while (!raw.empty()) {
    if (references && raw[0] == '&') {
      if (!append_reference(raw)) return error("invalid character entity");
      continue;
    }
    const core::Rune rune = core::next_rune(raw);
    if (!rune.valid) return error("invalid UTF-8");
    if (!is_character(rune.value)) return error("illegal character code");
    if (rune.value == '\r') {
      data_ += '\n';
      raw.remove_prefix(raw.starts_with("\r\n") ? 2 : 1);
    } else {
      data_ += raw.substr(0, rune.size);
      raw.remove_prefix(rune.size);
    }
  }
  return Event::text;
}

core::Result<XmlReader::Event> XmlReader::close(std::string_view full_name) {
  if (open_.empty() || open_.back() != full_name) {
    if (open_.empty()) return error("unexpected end element </" + std::string(full_name) + ">");
    return error("element <" + std::string(open_.back()) + "> closed by </" + std::string(full_name) + ">");
  }
  open_.pop_back();
  name_ = local_name(full_name);
  return Event::end;
}

core::Result<XmlReader::Event> XmlReader::read_end_tag() {
  at_ += 2;
  const std::size_t end = text_.find('>', at_);
  if (end == std::string_view::npos) {
    at_ = text_.size();
    return error("unexpected EOF");
  }
  const std::string_view tag = text_.substr(at_, end - at_);
  at_ = end + 1;
  return close(tag.substr(0, tag.find_last_not_of(space) + 1));
}

core::Result<XmlReader::Event> XmlReader::read_begin_tag() {
  ++at_;
  const std::size_t name_end = std::min(text_.find_first_of(" \t\r\n/><=\"'", at_), text_.size());
  const std::string_view full_name = text_.substr(at_, name_end - at_);
  at_ = name_end;
  if (full_name.empty()) return error("expected element name after <");
  for (;;) {  // attributes
    at_ = std::min(text_.find_first_of("\"'></", at_), text_.size());
    if (at_ == text_.size()) return error("unexpected EOF");
    const char mark = text_[at_++];
    if (mark == '<') return error("unescaped < inside quoted string");
    if (mark == '/' && at_ < text_.size() && text_[at_] == '>') {
      ++at_;
      closes_itself_ = true;
      break;
    }
    if (mark == '/') return error("expected /> in element");
    if (mark == '>') break;
    if (!skip_past(std::string_view(&mark, 1))) return error("unexpected EOF");
  }
  if (open_.size() == max_depth) return error("elements are nested too deep");
  open_.push_back(full_name);
  started_ = true;
  name_ = local_name(full_name);
  return Event::begin;
}

}  // namespace push::binder
