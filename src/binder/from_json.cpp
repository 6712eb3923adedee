#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "binder/decoders.hpp"
#include "binder/json_object.hpp"
#include "binder/json_repair.hpp"
#include "push/core/text.hpp"
#include "push/go/json_syntax.hpp"
#include "push/go/text.hpp"

namespace push::binder {
namespace {

using nlohmann::json;
using Overflow = RepairedJson::Overflow;

// Values that are read past: some 100 ns each.
constexpr std::size_t kMaxIgnored = 100'000;

bool is_model_type(std::string_view type) {
  return type == "CreateMessage" || type == "CreateUserExternal" || type == "UpdateUserExternal" ||
         type == "UserExternalPass";
}

std::string_view go_type(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "string";
    case FieldType::integer:
      return "int";
    case FieldType::natural:
      return "uint";
    case FieldType::boolean:
      return "bool";
    case FieldType::list:
      return "[]uint";
    case FieldType::object:
      break;
  }
  return "map[string]interface {}";
}

// nlohmann's SAX events -> the draft. Wrong types do not stop it: the first one is kept in type_error().
class JsonReader {
 public:
  JsonReader(Draft& draft, const std::vector<Overflow>& overflows) : draft_(draft), overflow_(overflows.begin()) {
    last_overflow_ = overflows.end();
  }

  const std::optional<std::string>& type_error() const { return type_error_; }
  // Why the document was not read to its end: it, its object, or a list is too large.
  const std::optional<std::string>& excess() const { return excess_; }

  // False: its object is too large.
  bool finish() {
    if (!object_field_) return true;
    std::string text = object_.text();
    if (text.size() > object_limit()) return exceed(*object_field_, longer_than(object_limit()));
    draft_.set_text(*object_field_, std::move(text));
    return true;
  }

  bool null() {
    if (!is_counted()) return false;
    if (object_.is_open()) return add(nullptr);
    if (const auto field = target()) {
      draft_.set_null(*field);
      if (object_field_ == field) object_.clear();
    }
    return true;
  }

  bool boolean(bool value) {
    if (!is_counted()) return false;
    if (object_.is_open()) return add(value);
    if (depth_ == 0) {
      wrong_document("bool");
    } else if (field_type() == FieldType::boolean) {
      draft_.set_boolean(*target(), value);
    } else {
      wrong_type("bool");
    }
    return true;
  }

  // Called only for literals with a minus sign, so 0 was written "-0".
  bool number_integer(std::int64_t value) {
    if (!is_counted()) return false;
    if (is_overflow()) return true;
    if (object_.is_open()) return add(value == 0 ? -0.0 : static_cast<double>(value));
    if (field_type() == FieldType::integer) {
      draft_.set_integer(*target(), value);
    } else {
      wrong_number(value == 0 ? "-0" : std::to_string(value));
    }
    return true;
  }

  bool number_unsigned(std::uint64_t value) {
    if (!is_counted()) return false;
    if (is_overflow()) return true;
    if (object_.is_open()) return add(static_cast<double>(value));
    if (in_list()) {
      return draft_.add_item(*list_field_, value) ||
             exceed(*list_field_, more_than(draft_.field(*list_field_).most_items()));
    }
    if (field_type() == FieldType::natural) {
      draft_.set_natural(*target(), value);
    } else if (field_type() == FieldType::integer && std::in_range<std::int64_t>(value)) {
      draft_.set_integer(*target(), static_cast<std::int64_t>(value));
    } else {
      wrong_number(std::to_string(value));
    }
    return true;
  }

  bool number_float(double value, const std::string& literal) {
    if (!is_counted()) return false;
    if (is_overflow()) return true;
    if (object_.is_open()) return add(value);
    wrong_number(literal);
    return true;
  }

  bool string(std::string& value) {
    if (!is_counted()) return false;
    if (object_.is_open()) return fits(value.size()) && add(std::move(value));
    if (depth_ == 0) {
      wrong_document("string");
    } else if (field_type() == FieldType::text) {
      draft_.set_text(*target(), std::move(value));
    } else {
      wrong_type("string");
    }
    return true;
  }

  bool binary(json::binary_t&) { return false; }  // not in text

  bool start_object(std::size_t) {
    if (!is_counted()) return false;
    if (depth_ == go::kMaxJsonDepth) return false;
    if (object_.is_open()) {
      if (!is_level() || !is_value()) return false;
      object_.begin_object();
    } else if (depth_ == 0) {
      in_document_ = true;
    } else if (field_type() == FieldType::object) {
      object_field_ = target();
      object_.begin();
    } else {
      wrong_type("object");
    }
    ++depth_;
    return true;
  }

  bool key(std::string& name) {
    if (object_.is_open()) {
      if (!fits(name.size())) return false;
      object_.key(name);
    } else if (in_document_ && depth_ == 1) {
      find_field(name);
    }
    return true;
  }

  bool end_object() { return end(); }

  bool start_array(std::size_t) {
    if (!is_counted()) return false;
    if (depth_ == go::kMaxJsonDepth) return false;
    if (object_.is_open()) {
      if (!is_level() || !is_value()) return false;
      object_.begin_array();
    } else if (depth_ == 0) {
      wrong_document("array");
    } else if (field_type() == FieldType::list) {
      list_field_ = target();
      draft_.begin_list(*list_field_);
    } else {
      wrong_type("array");
    }
    ++depth_;
    return true;
  }

  bool end_array() { return end(); }

  bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }

 private:
  bool end() {
    --depth_;
    if (object_.is_open()) object_.end();
    if (depth_ == 1) list_field_.reset();
    return true;
  }

  // The object's values are counted by themselves.
  bool is_counted() {
    if (object_.is_open() || ++values_ <= kMaxIgnored) return true;
    excess_ = "json: more than " + std::to_string(kMaxIgnored) + " values";
    return false;
  }

  // Everything that goes into the tree passes one of these three first.
  bool fits(std::size_t bytes) {
    object_bytes_ += bytes;
    return object_bytes_ <= object_limit() || exceed(*object_field_, longer_than(object_limit()));
  }

  bool is_value() {
    return ++object_values_ <= Form::kMaxValues || exceed(*object_field_, more_than(Form::kMaxValues));
  }

  bool is_level() {
    return object_.depth() < Form::kMaxDepth ||
           exceed(*object_field_, "must not be nested deeper than " + std::to_string(Form::kMaxDepth) + " levels");
  }

  bool add(json value) {
    if (!is_value()) return false;
    object_.add(std::move(value));
    return true;
  }

  std::size_t object_limit() const { return draft_.field(*object_field_).most_bytes(); }

  bool exceed(std::size_t field, const std::string& rule) {
    excess_ = "Field '" + std::string(draft_.field(field).name()) + "' " + rule;
    return false;
  }

  void find_field(std::string_view name) {
    field_.reset();
    for (std::size_t index = 0; index < draft_.size() && !field_; ++index) {
      if (core::same_ignoring_case(draft_.field(index).name(), name)) field_ = index;
    }
  }

  // The field of the current value, if that is the value of a known member of the document.
  std::optional<std::size_t> target() const {
    return in_document_ && depth_ == 1 ? field_ : std::optional<std::size_t>();
  }

  // Whether the current value is an item of a list.
  bool in_list() const { return list_field_ && depth_ == 2; }

  std::optional<FieldType> field_type() const {
    const auto field = target();
    return field ? std::optional(type_of(draft_.field(*field))) : std::nullopt;
  }

  void complain(std::string_view value, const std::string& target_words, std::string_view type) {
    if (type_error_) return;
    type_error_ = "json: cannot unmarshal ";
    type_error_->append(value).append(" into Go ").append(target_words).append(type);
  }

  void wrong_document(std::string_view value) {
    std::string type(is_model_type(draft_.type()) ? "model." : "api.");
    type += draft_.type();
    complain(value, "value of type ", type);
  }

  void wrong_field(std::string_view value, std::size_t field, std::string_view type) {
    std::string words = "struct field ";
    words.append(draft_.type()).append(".").append(draft_.field(field).name()).append(" of type ");
    complain(value, words, type);
  }

  void wrong_type(std::string_view value) {
    if (in_list()) wrong_field(value, *list_field_, go_type(FieldType::natural));
    if (const auto field = target()) wrong_field(value, *field, go_type(*field_type()));
  }

  void wrong_number(const std::string& literal) {
    const auto type = field_type();
    if (depth_ == 0) {
      wrong_document("number");
    } else if (in_list() || type == FieldType::integer || type == FieldType::natural) {
      wrong_type("number " + go::excerpt(literal));
    } else {
      wrong_type("number");
    }
  }

  // Counts every number; true if this one replaces a literal that no double can hold.
  bool is_overflow() {
    const std::size_t ordinal = numbers_++;
    if (overflow_ == last_overflow_ || overflow_->ordinal != ordinal) return false;
    const std::string literal((overflow_++)->literal);
    if (object_.is_open()) {
      wrong_field("number " + go::excerpt(literal), *object_field_, "float64");
    } else {
      wrong_number(literal);
    }
    return true;
  }

  Draft& draft_;
  std::vector<Overflow>::const_iterator overflow_;
  std::vector<Overflow>::const_iterator last_overflow_;
  std::size_t numbers_ = 0;
  std::size_t values_ = 0;
  std::size_t depth_ = 0;
  bool in_document_ = false;                 // the document is an object
  std::optional<std::size_t> field_;         // of the last member name at depth 1
  std::optional<std::size_t> object_field_;  // the field of object_; a form has at most one
  std::optional<std::size_t> list_field_;    // of the array that is open at depth 1
  JsonObject object_;
  std::size_t object_values_ = 0;
  std::size_t object_bytes_ = 0;  // of its strings and names
  std::optional<std::string> type_error_;
  std::optional<std::string> excess_;
};

// Empty: nlohmann could not parse the body.
std::optional<core::Result<void>> read(std::string_view text, const std::vector<Overflow>& overflows, Draft& draft) {
  JsonReader reader(draft, overflows);
  constexpr bool kWholeText = false;
  if (!json::sax_parse(text.data(), text.data() + text.size(), &reader, json::input_format_t::json, kWholeText)) {
    if (reader.excess()) return core::Result<void>(unreadable(*reader.excess()));
    return std::nullopt;
  }
  if (reader.type_error()) return core::Result<void>(unreadable(*reader.type_error()));
  if (!reader.finish()) return core::Result<void>(unreadable(*reader.excess()));
  return core::Result<void>();
}

}  // namespace

core::Result<void> decode_json(std::string_view body, Draft& draft) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // nlohmann skips it, Go does not
  if (!body.starts_with(kByteOrderMark)) {
    if (auto outcome = read(body, {}, draft)) return *outcome;
    draft.clear();
  }
  if (auto problem = go::json_syntax_error(body)) return unreadable(std::move(*problem));
  const RepairedJson repaired = repair_json(body);
  if (auto outcome = read(repaired.text, repaired.overflows, draft)) return *outcome;
  return unreadable("json: the body cannot be parsed");
}

}  // namespace push::binder
