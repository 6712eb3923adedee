#include "store/sort_key.hpp"

#include <cstddef>

#include "push/model/limits.hpp"

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

// The shortest key above everything that begins with `key`; none if no byte of it can be raised.
std::optional<std::string> raised(std::string_view key) {
  constexpr char kGreatest = '~';  // of the printable characters of ASCII
  for (; !key.empty(); key.remove_suffix(1)) {
    const char last = key.back();
    if (last < 0 || last >= kGreatest) continue;  // also the bytes of a character outside ASCII
    std::string out(key);
    out.back() = is_digit(last) && last != kLastDigit ? next_digit(last) : last < '0' ? '0' : kGreatest;
    return out;
  }
  return std::nullopt;
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

std::optional<std::string> next_sort_key(std::string_view greatest) {
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
  if (greatest.size() >= model::kMaxSortKey) return raised(greatest.substr(0, model::kMaxSortKey));
  std::string key(greatest);
  if (is_digit(key.back()) && key.back() != kLastDigit) {
    key.back() = next_digit(key.back());
  } else {
    key += '1';
  }
  return key;
}

}  // namespace push::store
