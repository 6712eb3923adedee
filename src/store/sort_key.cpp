#include "store/sort_key.hpp"

#include <cstddef>
#include <optional>

namespace push::store {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr char kLastDigit = 'z';

bool is_digit(char c) {
  return kDigits.find(c) != std::string_view::npos;
}

char next_digit(char c) {
  return kDigits[kDigits.find(c) + 1];
}

// Length of an integer part that starts with `head`, the head included; 0 if `head` is invalid.
std::size_t integer_length(char head) {
  if (head >= 'a' && head <= 'z') return static_cast<std::size_t>(head - 'a') + 2;
  if (head >= 'A' && head <= 'Z') return static_cast<std::size_t>('Z' - head) + 2;
  return 0;
}

// nullopt after the greatest integer.
std::optional<std::string> increment(std::string integer) {
  for (std::size_t i = integer.size() - 1; i > 0; --i) {
    if (integer[i] != kLastDigit) {
      integer[i] = next_digit(integer[i]);
      return integer;
    }
    integer[i] = '0';
  }
  const char head = integer[0];
  if (head == 'z') return std::nullopt;
  if (head == 'Z') return std::string(kFirstSortKey);
  integer[0] = static_cast<char>(head + 1);
  integer.resize(integer_length(integer[0]), '0');
  return integer;
}

}  // namespace

bool is_sort_key(std::string_view key) {
  if (key.empty()) return false;
  const std::size_t length = integer_length(key[0]);
  if (length == 0 || key.size() < length) return false;
  if (key.find_first_not_of(kDigits) != std::string_view::npos) return false;
  if (key.size() > length && key.back() == '0') return false;  // not unique: the key without that zero is equal
  return key[0] != 'A' || key.find_first_not_of('0', 1) != std::string_view::npos;  // nothing is below the smallest
}

std::string next_sort_key(std::string_view greatest) {
  if (greatest.empty() || greatest < kFirstSortKey) {
    if (!is_sort_key(greatest)) return std::string(kFirstSortKey);
  }
  if (is_sort_key(greatest)) {
    if (auto next = increment(std::string(greatest.substr(0, integer_length(greatest[0]))))) return *next;
  }
  const char head = greatest[0];
  if (head >= 'a' && head < 'z') {
    const char above = static_cast<char>(head + 1);
    std::string key(integer_length(above), '0');
    key[0] = above;
    return key;
  }
  std::string key(greatest);
  if (is_digit(key.back()) && key.back() != kLastDigit) {
    key.back() = next_digit(key.back());
  } else {
    key += '1';
  }
  return key;
}

}  // namespace push::store
