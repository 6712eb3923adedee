#include "binder/draft.hpp"

#include <array>
#include <type_traits>
#include <utility>
#include <variant>

#include "push/go/number.hpp"
#include "push/go/text.hpp"

namespace push::binder {

FieldType type_of(const Field& field) {
  // In the order of Field::Target.
  constexpr std::array<FieldType, std::variant_size_v<Field::Target>> kTypes = {
      FieldType::text,    FieldType::integer, FieldType::integer, FieldType::natural,
      FieldType::natural, FieldType::boolean, FieldType::list};
  return field.kind() == Field::Kind::object ? FieldType::object : kTypes[field.target().index()];
}

Draft::Draft(Form& form) : type_(form.type()), fields_(form.fields()), slots_(fields_.size()) {}

std::string Draft::member_name(std::string_view field_name) {
  if (field_name == "appid") return "ApplicationID";
  if (field_name == "id") return "ID";
  std::string name(field_name);
  if (!name.empty() && name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - ('a' - 'A'));
  return name;
}

void Draft::set_text(std::size_t index, std::string value) {
  slots_[index].state = State::set;
  slots_[index].text = std::move(value);
}

void Draft::set_integer(std::size_t index, std::int64_t value) {
  slots_[index].state = State::set;
  slots_[index].integer = value;
}

void Draft::set_natural(std::size_t index, std::uint64_t value) {
  slots_[index].state = State::set;
  slots_[index].natural = value;
}

void Draft::set_boolean(std::size_t index, bool value) {
  slots_[index].state = State::set;
  slots_[index].boolean = value;
}

void Draft::begin_list(std::size_t index) {
  slots_[index].state = State::set;
  slots_[index].list.clear();
}

bool Draft::add_item(std::size_t index, std::uint64_t value) {
  if (slots_[index].list.size() >= fields_[index].most_items()) return false;
  slots_[index].list.push_back(value);
  return true;
}

void Draft::set_null(std::size_t index) {
  const Field::Target& target = fields_[index].target();
  const bool is_pointer = std::holds_alternative<std::optional<std::int64_t>*>(target) ||
                          std::holds_alternative<std::optional<std::uint64_t>*>(target) ||
                          std::holds_alternative<std::vector<std::uint64_t>*>(target) ||
                          fields_[index].kind() == Field::Kind::object;
  if (is_pointer) slots_[index].state = State::null;
}

core::Result<void> Draft::set_from_text(std::size_t index, std::string_view value) {
  const FieldType type = type_of(fields_[index]);
  if (type == FieldType::text) {
    set_text(index, std::string(value));
    return {};
  }
  if (!is_scalar(fields_[index])) return {};
  const std::string_view scalar = go::trim(value);
  if (type == FieldType::integer) {
    const auto number = go::parse_int(scalar.empty() ? "0" : scalar);
    if (!number) return number.error();
    set_integer(index, *number);
  } else if (type == FieldType::natural) {
    const auto number = go::parse_uint(scalar.empty() ? "0" : scalar);
    if (!number) return number.error();
    set_natural(index, *number);
  } else {
    const auto flag = go::parse_bool(scalar.empty() ? "false" : scalar);
    if (!flag) return flag.error();
    set_boolean(index, *flag);
  }
  return {};
}

void Draft::clear() {
  slots_.assign(fields_.size(), Slot());
}

void Draft::commit() {
  for (std::size_t index = 0; index < fields_.size(); ++index) {
    Slot& slot = slots_[index];
    if (slot.state == State::untouched) continue;
    const bool is_null = slot.state == State::null;
    std::visit(
        [&slot, is_null](auto* target) {
          using T = std::remove_pointer_t<decltype(target)>;
          if (is_null) {
            *target = T{};
          } else if constexpr (std::is_same_v<T, std::string>) {
            *target = std::move(slot.text);
          } else if constexpr (std::is_same_v<T, std::vector<std::uint64_t>>) {
            *target = std::move(slot.list);
          } else if constexpr (std::is_same_v<T, bool>) {
            *target = slot.boolean;
          } else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::optional<std::int64_t>>) {
            *target = slot.integer;
          } else {
            *target = slot.natural;
          }
        },
        fields_[index].target());
  }
}

}  // namespace push::binder
