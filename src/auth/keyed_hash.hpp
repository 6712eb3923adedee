// HMAC-SHA256 under a random key of this process: fixed-size keys for tables whose input strangers choose, so that they
// can neither fill memory with long names nor find two that collide. Any thread.
#pragma once
#include <array>
#include <string>
#include <string_view>

namespace push::auth {

class KeyedHash {
 public:
  static constexpr std::size_t kSize = 32;
  using Digest = std::array<char, kSize>;

  KeyedHash();  // chooses the key

  // Of both parts; no other pair has the same input.
  Digest of(std::string_view first, std::string_view second) const;

 private:
  std::array<unsigned char, kSize> key_{};
};

inline std::string_view view(const KeyedHash::Digest& digest) {
  return {digest.data(), digest.size()};
}

}  // namespace push::auth
