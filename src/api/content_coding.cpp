#include "api/content_coding.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "push/core/text.hpp"

namespace push::api {
namespace {

constexpr unsigned kFull = 1000;

// In thousandths: "0.5" is 500. What is no weight counts as 0, so that nothing is sent that was not clearly accepted.
unsigned weight(std::string_view parameter) {
  const std::size_t equals = parameter.find('=');
  if (equals == std::string_view::npos || !core::same_ignoring_case(parameter.substr(0, equals), "q")) return 0;
  const std::string_view text = parameter.substr(equals + 1);
  constexpr std::size_t kLongest = 5;  // 0.123
  if (text.empty() || text.size() > kLongest || (text[0] != '0' && text[0] != '1')) return 0;
  unsigned value = text[0] == '1' ? kFull : 0;
  if (text.size() > 1 && text[1] != '.') return 0;
  unsigned unit = kFull;
  for (const char c : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (c < '0' || c > '9') return 0;
    unit /= 10;
    value += static_cast<unsigned>(c - '0') * unit;
  }
  return value > kFull ? 0 : value;
}

// Empty: the list does not name it.
std::optional<unsigned> weight_of(std::string_view coding, std::string_view list) {
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), one.size() + 1));
    const std::size_t semicolon = one.find(';');
    if (!core::same_ignoring_case(core::trim_blanks(one.substr(0, semicolon)), coding)) continue;
    if (semicolon == std::string_view::npos) return kFull;
    return weight(core::trim_blanks(one.substr(semicolon + 1)));
  }
  return std::nullopt;
}

}  // namespace

Coding choose_coding(std::string_view accepted, bool has_gzip, bool has_brotli) {
  const unsigned others = weight_of("*", accepted).value_or(0);
  const unsigned gzip = has_gzip ? weight_of("gzip", accepted).value_or(others) : 0;
  const unsigned brotli = has_brotli ? weight_of("br", accepted).value_or(others) : 0;
  const unsigned plain = weight_of("identity", accepted).value_or(0);
  if (std::max(gzip, brotli) == 0 || std::max(gzip, brotli) < plain) return Coding::identity;
  return brotli >= gzip ? Coding::brotli : Coding::gzip;
}

std::string_view name(Coding coding) {
  switch (coding) {
    case Coding::gzip:
      return "gzip";
    case Coding::brotli:
      return "br";
    case Coding::identity:
      break;
  }
  return "";
}

}  // namespace push::api
