// Message encryption for Web Push: RFC 8291 (aes128gcm, one record).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "push/core/result.hpp"
#include "webpush/elliptic.hpp"

namespace push::webpush {

inline constexpr std::size_t kAuthBytes = 16;
inline constexpr std::size_t kSaltBytes = 16;
// What fits into the 4,096 bytes that every push service takes: header 86, delimiter 1, tag 16.
inline constexpr std::size_t kMaxPayload = 3993;

// What is new in each message.
struct Freshness {
  KeyPair keys;
  std::string salt;
};

// The body of a push. p256dh and auth: the browser's, as bytes. invalid: they are no keys, or the payload is too long.
core::Result<std::string> encrypt(std::string_view payload, std::string_view p256dh, std::string_view auth);
core::Result<std::string> encrypt(std::string_view payload, std::string_view p256dh, std::string_view auth,
                                  const Freshness& fresh);

}  // namespace push::webpush
