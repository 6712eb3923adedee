#include "push/core/pattern.hpp"

#include <re2/re2.h>

#include <string>

#include "push/core/text.hpp"

namespace push::core {
namespace {

std::string with_valid_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Rune rune = next_rune(text);
    append_rune(out, rune.value);
    text.remove_prefix(rune.size);
  }
  return out;
}

}  // namespace

Result<Pattern> Pattern::compile(std::string_view pattern) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  auto compiled = std::make_shared<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!compiled->ok()) return failure(ErrorCode::invalid, compiled->error());
  return Pattern(std::move(compiled));
}

bool Pattern::is_found_in(std::string_view text) const {
  if (!valid_utf8(text)) return is_found_in(with_valid_utf8(text));
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace push::core
