// One input of a fuzzer, cut up: bytes that choose, lines, and the rest.
#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace push::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : bytes_(data, data + size), rest_(bytes_) {}
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  bool empty() const { return rest_.empty(); }
  // 0 if there is none left.
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  // The next four bytes.
  std::uint32_t word() {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8U | byte();
    return value;
  }
  // Without its line feed.
  std::string line() {
    const std::size_t end = rest_.find('\n');
    std::string out(rest_.substr(0, end));
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return out;
  }
  std::string rest() const { return std::string(rest_); }

 private:
  const std::string bytes_;
  std::string_view rest_;
};

}  // namespace push::fuzz
