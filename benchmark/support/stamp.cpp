#include "benchmark/support/stamp.hpp"

#include <array>
#include <charconv>
#include <cstdio>

#include "benchmark/support/check.hpp"

namespace push::bench {
namespace {

constexpr std::string_view kMark = "sent=";
constexpr std::size_t kLength = 5 + 19 + 5 + 10 + 6 + 10;  // sent=<19> seq=<10> user=<10>

template <class T>
bool read(std::string_view digits, T& value) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

std::string stamp_text(const Stamp& stamp, std::size_t size) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "sent=%019lld seq=%010u user=%010u", static_cast<long long>(stamp.sent_ns),
                stamp.sequence, stamp.user);
  std::string result = text.data();
  if (result.size() < size) result.append(size - result.size(), '.');
  return result;
}

std::optional<Stamp> find_stamp(std::string_view payload) {
  const std::size_t at = payload.find(kMark);
  if (at == std::string_view::npos || payload.size() - at < kLength) return std::nullopt;
  payload.remove_prefix(at);
  Stamp stamp;
  if (!read(payload.substr(5, 19), stamp.sent_ns) || !read(payload.substr(29, 10), stamp.sequence) ||
      !read(payload.substr(45, 10), stamp.user)) {
    return std::nullopt;
  }
  return stamp;
}

void restamp(std::string& frame, const Stamp& stamp) {
  const std::size_t at = frame.find(kMark);
  if (at == std::string::npos || frame.size() - at < kLength) fail("no stamp in the frame");
  frame.replace(at, kLength, stamp_text(stamp, 0));
}

}  // namespace push::bench
