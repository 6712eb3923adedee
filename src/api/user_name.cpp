#include "api/user_name.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>

#include "push/core/text.hpp"

namespace push::api {
namespace {

constexpr int kComposed = UTF8PROC_STABLE | UTF8PROC_COMPOSE;

core::Error bad_name(const char* why) {
  return core::failure(core::ErrorCode::invalid, std::string("user name ") + why);
}

bool is_visible(char32_t character) {
  if (character == U' ') return true;
  if (character == U'\u2800') return false;  // the Braille pattern without any dot
  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(character));
  switch (property.category) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return false;
    default:
      return !property.ignorable;
  }
}

// None for text that is not UTF-8, or without memory.
std::optional<std::string> mapped(std::string_view text, int options) {
  utf8proc_uint8_t* out = nullptr;
  const auto* in = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const utf8proc_ssize_t size =
      utf8proc_map(in, static_cast<utf8proc_ssize_t>(text.size()), &out, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(out, std::free);
  if (size < 0) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
}

// Folding alone leaves what only some languages write in the other case: the dotless i, whose upper case is I.
std::string in_upper_case(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const core::Rune rune = core::next_rune(text);
    if (rune.valid) {
      core::append_rune(out, static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(rune.value))));
    } else {
      out += text.substr(0, rune.size);
    }
    text.remove_prefix(rune.size);
  }
  return out;
}

// Removes the dot above an i or j, which has one: the lower case of a capital I with a dot is written so.
void remove_second_dots(std::string& text) {
  constexpr std::string_view kDot = "\u0307";
  for (std::size_t at = text.find(kDot); at != std::string::npos; at = text.find(kDot, at)) {
    if (at > 0 && (text[at - 1] == 'i' || text[at - 1] == 'j')) {
      text.erase(at, kDot.size());
    } else {
      at += kDot.size();
    }
  }
}

// What names that look alike have in common. Names from old databases that are not UTF-8 resemble only themselves.
std::string skeleton(std::string_view name) {
  // Composed first: folding makes a letter of one mark (U+0345), whose place among the marks then counts.
  const std::string composed = mapped(name, kComposed).value_or(std::string(name));
  std::string text = mapped(in_upper_case(composed),
                            kComposed | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE | UTF8PROC_STRIPCC)
                         .value_or(composed);
  std::erase(text, ' ');
  remove_second_dots(text);
  return text;
}

}  // namespace

core::Result<void> check_user_name(std::string_view name) {
  const auto composed = mapped(name, kComposed);
  if (!composed) return bad_name("must be UTF-8");
  std::size_t characters = 0;
  for (std::string_view rest = name; !rest.empty(); ++characters) {
    const core::Rune rune = core::next_rune(rest);
    if (!is_visible(rune.value)) return bad_name("must consist of visible characters and spaces");
    rest.remove_prefix(rune.size);
  }
  if (characters > kMaxUserName) return bad_name("must not be longer than 180 characters");
  if (name.starts_with(' ') || name.ends_with(' ')) return bad_name("must not start or end with a space");
  if (*composed != name) return bad_name("must be in Unicode normalization form C");
  return {};
}

bool looks_like_another(std::string_view name, const std::vector<model::User>& users, core::UserId except) {
  const std::string wanted = skeleton(name);
  return std::any_of(users.begin(), users.end(),
                     [&](const model::User& user) { return user.id != except && skeleton(user.name) == wanted; });
}

}  // namespace push::api
