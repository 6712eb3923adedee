#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <utility>

#include "binder/decoders.hpp"
#include "push/core/text.hpp"

namespace push::binder {
namespace {

// Character references are expanded here: pugixml leaves unknown ones as they are, and makes a NUL of &#0;.
constexpr unsigned kXmlOptions = pugi::parse_cdata | pugi::parse_ws_pcdata | pugi::parse_eol | pugi::parse_doctype;
constexpr std::ptrdiff_t kMaxNodes = Form::kMaxValues;  // pugixml needs up to 64 bytes for a tag or an attribute

core::Error error_at(std::string_view body, std::ptrdiff_t offset, std::string_view problem) {
  const std::string_view before = body.substr(0, static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)));
  std::string words = "XML syntax error on line ";
  words += std::to_string(1 + std::count(before.begin(), before.end(), '\n')) + ": ";
  words += problem;
  return unreadable(std::move(words));
}

// What follows the root element is not read, so it may be malformed: then only what precedes it counts.
pugi::xml_parse_result parse(std::string_view body, pugi::xml_document& document) {
  const auto load = [&document](std::string_view text) {
    return document.load_buffer(text.data(), text.size(), kXmlOptions, pugi::encoding_utf8);
  };
  const pugi::xml_parse_result whole = load(body);
  if (whole || whole.status == pugi::status_no_document_element) return whole;
  const std::size_t tag = body.rfind('<', static_cast<std::size_t>(whole.offset));
  const pugi::xml_parse_result front = load(body.substr(0, tag));
  return front ? front : whole;
}

bool is_character(char32_t value) {
  return value == 0x9 || value == 0xA || value == 0xD || (value >= 0x20 && value <= 0xD7FF) ||
         (value >= 0xE000 && value <= 0xFFFD) || (value >= 0x10000 && value <= 0x10FFFF);
}

// Consumes the reference at the start of `raw`: one of the five predefined in XML, or a number.
std::optional<char32_t> take_reference(std::string_view& raw) {
  constexpr std::array<std::pair<std::string_view, char>, 5> kNamed = {
      {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"apos", '\''}, {"quot", '"'}}};
  const std::size_t end = raw.find(';');
  if (end > 12) return std::nullopt;  // not a reference
  const std::string_view name = raw.substr(1, end - 1);
  raw.remove_prefix(end + 1);
  for (const auto& [known, meaning] : kNamed) {
    if (known == name) return static_cast<unsigned char>(meaning);
  }
  if (!name.starts_with('#')) return std::nullopt;
  const bool hex = name.substr(1).starts_with('x');
  const std::string_view digits = name.substr(hex ? 2 : 1);
  std::uint32_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (digits.empty() || read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return std::nullopt;
  if (!is_character(value)) return std::nullopt;
  return value;
}

// Appends the characters of a text node (with references) or a CDATA section; returns what is wrong with them.
std::optional<std::string_view> append_characters(const pugi::xml_node& node, std::string& out) {
  for (std::string_view raw = node.value(); !raw.empty();) {
    if (raw[0] == '&' && node.type() == pugi::node_pcdata) {
      const auto value = take_reference(raw);
      if (!value) return "invalid character entity";
      core::append_rune(out, *value);
      continue;
    }
    const core::Rune rune = core::next_rune(raw);
    if (!rune.valid) return "invalid UTF-8";
    if (!is_character(rune.value)) return "illegal character code";
    out += raw.substr(0, rune.size);
    raw.remove_prefix(rune.size);
  }
  return std::nullopt;
}

std::optional<std::size_t> field_of_element(const Draft& draft, std::string_view full_name) {
  const std::string_view name = full_name.substr(full_name.find(':') + 1);
  for (std::size_t index = 0; index < draft.size(); ++index) {
    if (Draft::member_name(draft.field(index).name()) == name) return index;
  }
  return std::nullopt;
}

}  // namespace

core::Result<void> decode_xml(std::string_view body, Draft& draft) {
  const auto nodes = std::count_if(body.begin(), body.end(), [](char c) { return c == '<' || c == '='; });
  if (nodes > kMaxNodes) return error_at(body, 0, "more than 10000 tags and attributes");
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = parse(body, document);
  if (parsed.status == pugi::status_no_document_element) return unreadable("EOF");
  if (!parsed) return error_at(body, parsed.offset, parsed.description());
  for (const pugi::xml_node& node : document.children()) {
    if (node.type() == pugi::node_element) break;
    if (node.type() == pugi::node_doctype) {
      return error_at(body, node.offset_debug(), "document types are not supported");
    }
  }
  for (const pugi::xml_node& element : document.document_element().children()) {
    const auto field = field_of_element(draft, element.name());
    if (!field) continue;
    std::string text;
    for (const pugi::xml_node& node : element.children()) {
      if (node.type() == pugi::node_element) continue;
      if (const auto wrong = append_characters(node, text)) return error_at(body, node.offset_debug(), *wrong);
    }
    if (auto set = draft.set_from_text(*field, text); !set) return set;
  }
  return {};
}

}  // namespace push::binder
