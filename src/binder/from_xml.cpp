#include <optional>
#include <string>

#include "binder/decoders.hpp"
#include "binder/xml_reader.hpp"

namespace push::binder {
namespace {

constexpr std::size_t field_depth = 2;  // inside the root element, whatever that is called

std::optional<std::size_t> find_field(std::string_view element, const Draft& draft) {
  for (std::size_t index = 0; index < draft.size(); ++index) {
    if (Draft::member_name(draft.field(index).name()) == element) return index;
  }
  return std::nullopt;
}

}  // namespace

core::Result<void> decode_xml(std::string_view body, Draft& draft) {
  XmlReader reader(body);
  std::optional<std::size_t> field;
  std::string text;
  for (;;) {
    const auto event = reader.next();
    if (!event) return event.error();
    switch (*event) {
      case XmlReader::Event::begin:
        if (reader.depth() != field_depth) break;
        field = find_field(reader.name(), draft);
        text.clear();
        break;
      case XmlReader::Event::text:
        if (reader.depth() == field_depth && field) text += reader.character_data();
        break;
      case XmlReader::Event::end:
        if (reader.depth() != field_depth - 1 || !field) break;
        if (auto set = draft.set_from_text(*field, text); !set) return set;
        field.reset();
        break;
      case XmlReader::Event::finished:
        return {};
    }
  }
}

}  // namespace push::binder
