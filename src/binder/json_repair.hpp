// Makes JSON that Go accepts and nlohmann::json does not acceptable to both. Runs only on input in which
// go::json_syntax_error() found no error.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace push::binder {

struct RepairedJson {
  // Numbers beyond a double, by their position among all numbers of the input; `text` has 0 for each.
  struct Overflow {
    std::size_t ordinal;
    std::string_view literal;  // in the input
  };
  std::string text;  // bytes that are not UTF-8 and lone surrogates became U+FFFD
  std::vector<Overflow> overflows;
};

RepairedJson repair_json(std::string_view text);

}  // namespace push::binder
