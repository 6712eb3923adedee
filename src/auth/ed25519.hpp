// Ed25519 by libsodium (RFC 8032). Any thread.
#pragma once
#include <array>
#include <string>
#include <string_view>

namespace push::auth {

constexpr std::size_t kSeedSize = 32;
constexpr std::size_t kPublicKeySize = 32;
constexpr std::size_t kSignatureSize = 64;

// From the system's random source.
std::string random_seed();
// The seed must have kSeedSize bytes. About 20 us.
std::string public_key_of(std::string_view seed);
// Ed25519ph: a signature over the SHA-512 of the message, with an empty context. Key and signature must have their
// sizes. About 60 us.
bool verify_prehashed(std::string_view public_key, std::string_view message, std::string_view signature);

}  // namespace push::auth
