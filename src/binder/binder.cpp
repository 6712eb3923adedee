#include "push/binder/binder.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "binder/decoders.hpp"
#include "binder/draft.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::binder {
namespace {

bool is_zero(const Field::Target& target) {
  return std::visit(
      [](const auto* value) {
        using T = std::remove_cv_t<std::remove_pointer_t<decltype(value)>>;
        if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::vector<std::uint64_t>>) {
          return value->empty();
        } else if constexpr (std::is_arithmetic_v<T>) {
          return *value == T{};
        } else {
          return !value->has_value();
        }
      },
      target);
}

// Compares the number with `bound`: below (-1), equal (0), above (1). Fields that are not set or not numbers are within
// any bound.
int compare(const Field::Target& target, std::int64_t bound) {
  return std::visit(
      [bound](const auto* value) {
        using T = std::remove_cv_t<std::remove_pointer_t<decltype(value)>>;
        const auto order = [bound](auto number) {
          return std::cmp_less(number, bound) ? -1 : std::cmp_greater(number, bound) ? 1 : 0;
        };
        if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::uint64_t>) {
          return order(*value);
        } else if constexpr (std::is_same_v<T, std::optional<std::int64_t>> ||
                             std::is_same_v<T, std::optional<std::uint64_t>>) {
          return value->has_value() ? order(**value) : 0;
        } else {
          return 0;
        }
      },
      target);
}

std::string complaint(const Field& field) {
  const auto about = [&field](std::string_view rule) {
    std::string text = "Field '";
    text += field.name();
    text += "' ";
    text += rule;
    return text;
  };
  if (field.is_required() && is_zero(field.target())) return about("is required");
  if (field.minimum() && compare(field.target(), *field.minimum()) < 0) {
    return about("must be more or equal to " + std::to_string(*field.minimum()));
  }
  if (field.maximum() && compare(field.target(), *field.maximum()) > 0) {
    return about("must be less or equal to " + std::to_string(*field.maximum()));
  }
  if (const auto* text = std::get_if<std::string*>(&field.target())) {
    if ((*text)->size() > field.most_bytes()) return about(longer_than(field.most_bytes()));
    if (field.is_printable() && !go::is_printable(**text)) {
      return about("must not contain characters that cannot be printed");
    }
  }
  return {};
}

core::Result<void> validate(const std::vector<Field>& fields) {
  std::string problems;
  for (const Field& field : fields) {
    const std::string problem = complaint(field);
    if (problem.empty()) continue;
    if (!problems.empty()) problems += "; ";
    problems += problem;
  }
  if (problems.empty()) return {};
  return unreadable(std::move(problems));
}

// The formats that nobody documents, of which Gotify reads any size: their parsers build trees, or are slow.
constexpr std::size_t kMaxDocument = std::size_t{256} << 10;

struct Format {
  std::string_view type;
  std::string_view name;
  core::Result<void> (*decode)(std::string_view body, Draft& draft);
};
constexpr std::array<Format, 5> kFormats = {{{"application/xml", "xml", &decode_xml},
                                             {"text/xml", "xml", &decode_xml},
                                             {"application/x-yaml", "yaml", &decode_yaml},
                                             {"application/yaml", "yaml", &decode_yaml},
                                             {"application/toml", "toml", &decode_toml}}};

// Without its parameters.
std::string_view media_type_of(const Source& source) {
  return source.content_type.substr(0, source.content_type.find_first_of("; "));
}

const Format* format_of(std::string_view type) {
  const auto* const found = std::find_if(kFormats.begin(), kFormats.end(), [type](const Format& format) {
    return core::same_ignoring_case(format.type, type);
  });
  return found == kFormats.end() ? nullptr : found;
}

core::Result<void> decode_body(const Source& source, Draft& draft) {
  const std::string_view type = media_type_of(source);
  const auto is = [type](std::string_view known) { return core::same_ignoring_case(known, type); };
  if (is("application/json")) return decode_json(source.body, draft);
  if (is("multipart/form-data")) return decode_multipart(source, draft);
  if (const Format* format = format_of(type)) {
    if (source.body.size() <= kMaxDocument) return format->decode(source.body, draft);
    return unreadable(std::string(format->name) + ": the document is larger than 256 KiB");
  }
  constexpr std::array<std::string_view, 4> kRefused = {"application/x-protobuf", "application/x-msgpack",
                                                        "application/msgpack", "application/bson"};
  if (const auto* const refused = std::find_if(kRefused.begin(), kRefused.end(), is); refused != kRefused.end()) {
    return unreadable("a body of type " + std::string(*refused) + " cannot be read, use application/json");
  }
  return decode_form(source, draft);
}

core::Result<void> finish(const core::Result<void>& decoded, Draft& draft, Form& form) {
  if (!decoded) return decoded;
  draft.commit();
  return validate(form.fields());
}

}  // namespace

Field& Field::required() {
  required_ = true;
  return *this;
}

Field& Field::at_least(std::int64_t minimum) {
  minimum_ = minimum;
  return *this;
}

Field& Field::at_most(std::int64_t maximum) {
  maximum_ = maximum;
  return *this;
}

Field& Field::at_most_bytes(std::size_t most) {
  most_bytes_ = most;
  return *this;
}

Field& Field::at_most_items(std::size_t most) {
  most_items_ = most;
  return *this;
}

Field& Field::printable() {
  printable_ = true;
  return *this;
}

Field& Form::text(std::string_view name, std::string& out) {
  return fields_.emplace_back(name, &out, Field::Kind::scalar);
}

Field& Form::integer(std::string_view name, std::int64_t& out) {
  return fields_.emplace_back(name, &out, Field::Kind::scalar);
}

Field& Form::integer(std::string_view name, std::optional<std::int64_t>& out) {
  return fields_.emplace_back(name, &out, Field::Kind::scalar);
}

Field& Form::unsigned_integer(std::string_view name, std::uint64_t& out) {
  return fields_.emplace_back(name, &out, Field::Kind::scalar);
}

Field& Form::unsigned_integer(std::string_view name, std::optional<std::uint64_t>& out) {
  return fields_.emplace_back(name, &out, Field::Kind::scalar);
}

Field& Form::boolean(std::string_view name, bool& out) {
  return fields_.emplace_back(name, &out, Field::Kind::scalar);
}

Field& Form::object(std::string_view name, std::string& out) {
  return fields_.emplace_back(name, &out, Field::Kind::object);
}

Field& Form::list(std::string_view name, std::vector<std::uint64_t>& out) {
  return fields_.emplace_back(name, &out, Field::Kind::scalar);
}

bool is_quick(const Source& source) {
  constexpr std::size_t kQuick = std::size_t{32} << 10;
  constexpr std::size_t kQuickDocument = std::size_t{4} << 10;
  if (source.body.size() <= kQuickDocument) return true;
  return source.body.size() <= kQuick && format_of(media_type_of(source)) == nullptr;
}

core::Result<void> bind(const Source& source, Form& form) {
  Draft draft(form);
  const auto decoded = source.method == "GET" ? decode_query(source.query, draft) : decode_body(source, draft);
  return finish(decoded, draft, form);
}

core::Result<void> bind_query(std::string_view query, Form& form) {
  Draft draft(form);
  return finish(decode_query(query, draft), draft, form);
}

}  // namespace push::binder
