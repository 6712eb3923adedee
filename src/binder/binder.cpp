#include "push/binder/binder.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "binder/decoders.hpp"
#include "binder/draft.hpp"

namespace push::binder {
namespace {

bool is_zero(const Field::Target& target) {
  return std::visit(
      [](const auto* value) {
        using T = std::remove_cv_t<std::remove_pointer_t<decltype(value)>>;
        if constexpr (std::is_same_v<T, std::string>) {
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
        } else if constexpr (!std::is_same_v<T, std::string> && !std::is_same_v<T, bool>) {
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

core::Result<void> decode_body(const Source& source, Draft& draft) {
  const std::string_view type = source.content_type.substr(0, source.content_type.find_first_of("; "));
  if (type == "application/json") return decode_json(source.body, draft);
  if (type == "multipart/form-data") return decode_multipart(source, draft);
  if (type == "application/xml" || type == "text/xml") return decode_xml(source.body, draft);
  if (type == "application/x-yaml" || type == "application/yaml") return decode_yaml(source.body, draft);
  if (type == "application/toml") return decode_toml(source.body, draft);
  constexpr std::array<std::string_view, 4> kRefused = {"application/x-protobuf", "application/x-msgpack",
                                                        "application/msgpack", "application/bson"};
  if (std::find(kRefused.begin(), kRefused.end(), type) != kRefused.end()) {
    return unreadable("a body of type " + std::string(type) + " cannot be read, use application/json");
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
