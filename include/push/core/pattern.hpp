// A regular expression in RE2's dialect, which is Go's and so Gotify's: (?i), \A, \z, \Q...\E and \p{L} mean what they
// mean there. A search takes time linear in the text, whatever the pattern.
#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "push/core/result.hpp"

namespace re2 {
class RE2;
}

namespace push::core {

// Copies share the compiled expression. Any thread.
class Pattern {
 public:
  // Memory for one pattern: its program, and the states that searches add (RE2's own default). A program that needs
  // more is refused; a search that needs more falls back to a slower algorithm, which is still linear.
  static constexpr std::int64_t kMaxMemory = 8 << 20;

  // invalid: what is wrong with it. An empty pattern matches every text.
  static Result<Pattern> compile(std::string_view pattern);

  // Whether it matches anywhere in the text. As in Go, each byte that is not UTF-8 is U+FFFD.
  bool is_found_in(std::string_view text) const;

 private:
  explicit Pattern(std::shared_ptr<const re2::RE2> compiled) : compiled_(std::move(compiled)) {}

  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace push::core
