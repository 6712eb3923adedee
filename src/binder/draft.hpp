// What a decoder found in a request, kept apart from the caller's variables until the whole request has been decoded.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/binder/binder.hpp"

namespace push::binder {

enum class FieldType { text, integer, natural, boolean, list, object };
FieldType type_of(const Field& field);
// False for what JSON bodies alone can set.
inline bool is_scalar(const Field& field) {
  return type_of(field) != FieldType::list && type_of(field) != FieldType::object;
}

class Draft {
 public:
  explicit Draft(Form& form);

  std::size_t size() const { return fields_.size(); }
  const Field& field(std::size_t index) const { return fields_[index]; }
  std::string_view type() const { return type_; }
  // Gotify's struct member for a field: "message" -> "Message", "appid" -> "ApplicationID".
  static std::string member_name(std::string_view field_name);

  // From a typed source. The field must be of that type.
  void set_text(std::size_t index, std::string value);  // also the JSON text of an object
  void set_integer(std::size_t index, std::int64_t value);
  void set_natural(std::size_t index, std::uint64_t value);
  void set_boolean(std::size_t index, bool value);
  void begin_list(std::size_t index);
  // Into the list that was begun. False: it has as many items as its field may hold.
  bool add_item(std::size_t index, std::uint64_t value);
  // JSON null: unsets an optional field, a list or an object; any other field keeps its value.
  void set_null(std::size_t index);
  // From a source that has only text: numbers and booleans are trimmed, empty means zero. Lists and objects are
  // ignored.
  core::Result<void> set_from_text(std::size_t index, std::string_view value);

  // Forgets everything that was set.
  void clear();
  // Moves what was set into the caller's variables. Only once.
  void commit();

 private:
  enum class State { untouched, null, set };
  struct Slot {
    State state = State::untouched;
    bool boolean = false;
    std::int64_t integer = 0;
    std::uint64_t natural = 0;
    std::string text;
    std::vector<std::uint64_t> list;
  };

  std::string_view type_;
  std::vector<Field>& fields_;
  std::vector<Slot> slots_;
};

}  // namespace push::binder
