// P-256 as Web Push needs it, on bytes: a private key is 32 bytes, a public key 65 (uncompressed).
#pragma once
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::webpush {

inline constexpr std::size_t kPrivateKeyBytes = 32;
inline constexpr std::size_t kPublicKeyBytes = 65;

struct KeyPair {
  std::string private_key;
  std::string public_key;
};

core::Result<KeyPair> make_key_pair();
bool is_public_key(std::string_view bytes);
// ECDH: 32 bytes. invalid: one of the keys is none.
core::Result<std::string> shared_secret(const KeyPair& own, std::string_view other_public);
// ES256 (RFC 7518 3.4): R and S, 64 bytes.
core::Result<std::string> sign(const KeyPair& own, std::string_view text);
bool verify(std::string_view public_key, std::string_view text, std::string_view signature);

}  // namespace push::webpush
