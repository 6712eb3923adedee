// The values of a query string, an urlencoded body or a multipart body, for the fields of one draft: first value wins.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "binder/draft.hpp"
#include "push/core/result.hpp"

namespace push::binder {

class FormValues {
 public:
  explicit FormValues(const Draft& draft) : draft_(draft), values_(draft.size()) {}

  // Names are case-sensitive; unknown ones are dropped.
  void add(std::string_view name, std::string value);
  // A part that is a file, which no field accepts.
  void add_file(std::string_view name);
  // `a=1&b=2`, percent-encoded. Continues after an error, which it returns in Go's words (net/url).
  std::optional<std::string> add_encoded(std::string_view text);

  core::Result<void> store(Draft& draft) const;

 private:
  struct Value {
    bool is_file = false;
    std::optional<std::string> text;
  };
  Value* find(std::string_view name);

  const Draft& draft_;
  std::vector<Value> values_;
};

}  // namespace push::binder
