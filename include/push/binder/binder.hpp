// Request body -> fields, with every rule and error text of protocol 1.0 ("Request body binding"): which part of the
// request is read depends on method and Content-Type; a failure is a 400 with Gotify's text.
//
//   binder::Form form("ApplicationParams");                 // the Go type name that error texts mention
//   form.text("name", params.name).required();
//   form.integer("defaultPriority", params.default_priority);
//   if (auto bound = binder::bind(source, form); !bound) return bound.error();
//
// Fields are validated in the order in which they were declared.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "push/core/bytes.hpp"
#include "push/core/result.hpp"

namespace push::binder {

// Where the fields come from. Views must outlive bind().
struct Source {
  std::string_view method;
  std::string_view content_type;  // the header as received
  std::string_view query;         // without '?', still encoded
  std::string_view body;
};

class Field {
 public:
  Field& required();                       // text not empty, number not 0: "Field '<name>' is required"
  Field& at_least(std::int64_t minimum);   // "Field 'limit' must be more or equal to 1"
  Field& at_most(std::int64_t maximum);    // "Field 'limit' must be less or equal to 200"
  Field& at_most_bytes(std::size_t most);  // "Field 'name' must not be longer than 1024 bytes"
  Field& at_most_items(std::size_t most);  // "Field 'ids' must not hold more than 500 values"
  Field& printable();                      // "Field 'sortKey' must not contain characters that cannot be printed"

  using Target = std::variant<std::string*, std::int64_t*, std::optional<std::int64_t>*, std::uint64_t*,
                              std::optional<std::uint64_t>*, bool*, std::vector<std::uint64_t>*>;
  enum class Kind { scalar, object };  // object: `extras`, kept as compact JSON text; JSON bodies only

  Field(std::string_view name, Target target, Kind kind) : name_(name), target_(target), kind_(kind) {}
  std::string_view name() const { return name_; }
  const Target& target() const { return target_; }
  Kind kind() const { return kind_; }
  bool is_required() const { return required_; }
  std::optional<std::int64_t> minimum() const { return minimum_; }
  std::optional<std::int64_t> maximum() const { return maximum_; }
  std::size_t most_bytes() const { return most_bytes_; }
  std::size_t most_items() const { return most_items_; }
  bool is_printable() const { return printable_; }

 private:
  std::string_view name_;  // literals
  Target target_;
  Kind kind_;
  bool required_ = false;
  bool printable_ = false;
  std::size_t most_bytes_ = std::numeric_limits<std::size_t>::max();
  std::size_t most_items_ = std::numeric_limits<std::size_t>::max();
  std::optional<std::int64_t> minimum_;
  std::optional<std::int64_t> maximum_;
};

class Form {
 public:
  static constexpr std::size_t kMaxValues = 10'000;
  static constexpr std::size_t kMaxDepth = 100;

  explicit Form(std::string_view type) : type_(type) { fields_.reserve(8); }
  Field& text(std::string_view name, std::string& out);
  Field& integer(std::string_view name, std::int64_t& out);
  Field& integer(std::string_view name, std::optional<std::int64_t>& out);  // stays empty when missing or JSON null
  Field& unsigned_integer(std::string_view name, std::uint64_t& out);
  Field& unsigned_integer(std::string_view name, std::optional<std::uint64_t>& out);
  Field& boolean(std::string_view name, bool& out);
  // At most kMaxValues values and kMaxDepth levels, and at_most_bytes() as it is stored: it is a tree while it is read.
  Field& object(std::string_view name, std::string& out);
  // JSON bodies only, as object().
  Field& list(std::string_view name, std::vector<std::uint64_t>& out);

  std::string_view type() const { return type_; }
  std::vector<Field>& fields() { return fields_; }

 private:
  std::string_view type_;
  std::vector<Field> fields_;
};

// Writes to the fields' targets only when the whole request could be read; a field that the request does not mention
// keeps its value. Errors: invalid (400, Gotify's text), also for a form over 10 MiB ("http: POST too large"). Any
// thread.
core::Result<void> bind(const Source& source, Form& form);
// Whether bind() takes at most about a millisecond, so that a loop may call it: the formats differ by a factor of ten.
bool is_quick(const Source& source);
// Query only, whatever the method and Content-Type: GET /message?limit&since.
core::Result<void> bind_query(std::string_view query, Form& form);

// A file in a multipart/form-data body.
struct Upload {
  std::string file_name;  // as sent by the client, never empty
  core::Slice content;    // without an owner: in the source's body
};
// The first file part of this name; empty if there is none, or only a text part. Errors: invalid, if the body is not
// multipart/form-data or is malformed. Any thread.
core::Result<std::optional<Upload>> find_upload(const Source& source, std::string_view name);

}  // namespace push::binder
