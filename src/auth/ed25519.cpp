#include "auth/ed25519.hpp"

#include <sodium.h>

#include <array>

#include "push/core/check.hpp"

namespace push::auth {
namespace {

static_assert(kSeedSize == crypto_sign_SEEDBYTES && kPublicKeySize == crypto_sign_PUBLICKEYBYTES &&
              kSignatureSize == crypto_sign_BYTES);

// libsodium chooses its implementations once, before its first use.
void set_up() {
  static const bool ready = sodium_init() >= 0;
  PUSH_CHECK(ready);
}

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string public_key_of(std::string_view seed) {
  set_up();
  PUSH_CHECK(seed.size() == kSeedSize);
  std::string public_key(kPublicKeySize, '\0');
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
  PUSH_CHECK(crypto_sign_seed_keypair(bytes(public_key), secret_key.data(), bytes(seed)) == 0);
  sodium_memzero(secret_key.data(), secret_key.size());
  return public_key;
}

bool verify_prehashed(std::string_view public_key, std::string_view message, std::string_view signature) {
  set_up();
  PUSH_CHECK(public_key.size() == kPublicKeySize && signature.size() == kSignatureSize);
  crypto_sign_state state;
  crypto_sign_init(&state);
  crypto_sign_update(&state, bytes(message), message.size());
  return crypto_sign_final_verify(&state, bytes(signature), bytes(public_key)) == 0;
}

}  // namespace push::auth
