// JSON that Go accepts and nlohmann::json does not, made acceptable to both. Runs only on texts that
// json_syntax_error() found nothing wrong with.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace push::binder {

struct RepairedJson {
  // Numbers beyond a double, by their place among all numbers of the text; `text` has 0 for each.
  struct Overflow {
    std::size_t ordinal;
    std::string literal;
  };
  std::string text;  // bytes that are not UTF-8 and lone surrogates became U+FFFD
  std::vector<Overflow> overflows;
};

RepairedJson repair_json(std::string_view text);

}  // namespace push::binder
