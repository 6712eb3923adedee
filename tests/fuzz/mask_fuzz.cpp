// A secret is planted into an arbitrary target, its letters escaped as the input says: what would be logged never holds
// it, has no byte that a terminal obeys, and is not longer than asked.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "push/core/mask.hpp"
#include "push/core/text.hpp"

namespace {

using push::core::append_percent_escape;

constexpr std::size_t kMax = 1024;
constexpr std::string_view kToken = "CvWXYZ-planted_";  // 15 letters, like one of ours
constexpr std::string_view kNames[] = {"token", "ToKeN", "x-gotify-key", "PASS", "client_secret", "Authorization", "q"};

void require(bool holds) {
  if (!holds) std::abort();
}

// Each letter as it is, as %XX or as %25XX: two bits each.
std::string escaped(std::string_view text, std::uint32_t how) {
  std::string out;
  for (const char c : text) {
    std::string one;
    append_percent_escape(one, c);
    switch (how & 3U) {
      case 0:
        out += one;
        break;
      case 1:
        out += "%25" + one.substr(1);
        break;
      default:
        out += c;
    }
    how = how >> 2U | how << 30U;
  }
  return out;
}

std::string unescaped(std::string text) {
  for (int i = 0; i < 4; ++i) {
    std::string next;
    for (std::size_t at = 0; at < text.size();) {
      const auto byte = push::core::percent_escape(std::string_view(text).substr(at));
      next += byte.value_or(text[at]);
      at += byte ? 3 : 1;
    }
    text = next;
  }
  return text;
}

std::string checked(const std::string& target) {
  const std::string shown = push::core::mask_secrets(target, kMax);
  require(shown.size() <= kMax + 16);
  for (const char c : shown) require(c > 0x20 && c < 0x7f);
  return unescaped(shown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 8) return 0;
  std::uint32_t how = 0;
  for (std::size_t i = 0; i < 4; ++i) how = how << 8U | data[i];
  const std::string_view name = kNames[data[4] % std::size(kNames)];
  const std::string_view text(reinterpret_cast<const char*>(data) + 6, size - 6);
  const std::string before(text.substr(0, data[5] % text.size()));
  const std::string after(text.substr(before.size()));
  // Another token in the input, within a longer word, is no secret of ours.
  if (unescaped(before + "&" + after).find(kToken) != std::string::npos) return 0;
  const std::string in_query = before + "&" + escaped(name, how * 31U) + "=" + escaped(kToken, how) + "&" + after;
  require(checked(in_query).find(kToken) == std::string::npos);
  const std::string in_address = "http://" + escaped(kToken, how) + ":" + escaped(kToken, how) + "@" + after;
  require(checked(in_address).find(kToken) == std::string::npos);
  checked(std::string(text));
  return 0;
}
