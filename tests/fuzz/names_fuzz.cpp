// Two lines as names of users, a third as the sort key of an application. A name that is allowed is what it seems to
// be, and its variants by case, blanks, width and composition look like it; a key that follows is greater, printable
// and short.
#include <utf8proc.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "api/user_name.hpp"
#include "fuzz/input.hpp"
#include "push/core/check.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"
#include "push/model/limits.hpp"
#include "store/sort_key.hpp"

namespace {

using namespace push;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string composed(const std::string& text) {
  const auto* in = reinterpret_cast<const utf8proc_uint8_t*>(text.c_str());
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> out(utf8proc_NFC(in), std::free);
  PUSH_CHECK(out != nullptr);
  return reinterpret_cast<const char*>(out.get());
}

void check_allowed(const std::string& name) {
  const auto checked = api::check_user_name(name);
  if (!checked) {
    PUSH_CHECK(checked.error().code == core::ErrorCode::invalid && checked.error().text.starts_with("user name "));
    return;
  }
  PUSH_CHECK(core::valid_utf8(name) && composed(name) == name);
  PUSH_CHECK(!name.starts_with(' ') && !name.ends_with(' '));
  std::size_t characters = 0;
  for (std::string_view rest = name; !rest.empty(); ++characters) {
    const core::Rune rune = core::next_rune(rest);
    PUSH_CHECK(rune.value == U' ' || go::is_printable(rest.substr(0, rune.size)));
    rest.remove_prefix(rune.size);
  }
  PUSH_CHECK(characters <= api::kMaxUserName);
}

bool alike(const std::string& name, const std::string& other) {
  model::User user;
  user.id = core::UserId{1};
  user.name = other;
  PUSH_CHECK(!api::looks_like_another(name, {user}, user.id));
  return api::looks_like_another(name, {user}, core::UserId{2});
}

// Letters of ASCII in the other case, or as wide as a Chinese character, or behind a blank.
void check_variants(const std::string& name) {
  std::string other_case;
  std::string wide;
  std::string spaced;
  for (const char c : name) {
    other_case += is_letter(c) ? static_cast<char>(c ^ 0x20) : c;
    if (is_letter(c)) {
      core::append_rune(wide, static_cast<char32_t>(c) - U'!' + U'\uff01');
      spaced += ' ';
    } else {
      wide += c;
    }
    spaced += c;
  }
  for (const std::string& variant : {name, other_case, wide, spaced, composed(name)}) PUSH_CHECK(alike(variant, name));
}

void check_sort_key(const std::string& key) {
  const auto next = store::next_sort_key(key);
  if (!next) {
    PUSH_CHECK(key.size() >= model::kMaxSortKey);
    return;
  }
  PUSH_CHECK(*next > key && next->size() <= model::kMaxSortKey);
  if (go::is_printable(key)) PUSH_CHECK(go::is_printable(*next));
  if (store::is_sort_key(key) && key.size() < model::kMaxSortKey) PUSH_CHECK(store::is_sort_key(*next));
  const auto third = store::next_sort_key(*next);
  PUSH_CHECK(!third || *third > *next);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::string name = input.line();
  const std::string other = input.line();
  check_sort_key(input.rest());
  check_allowed(name);
  check_allowed(other);
  PUSH_CHECK(alike(name, other) == alike(other, name));
  if (core::valid_utf8(name) && name.find('\0') == std::string::npos) check_variants(name);
  return 0;
}
