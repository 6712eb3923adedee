#include "conformance/tokens.hpp"

#include <sodium.h>

#include <array>
#include <chrono>
#include <cstdio>

namespace push::conformance {
namespace {

std::string encode(const unsigned char* bytes, std::size_t size) {
  constexpr int kUrlWithoutPadding = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
  std::string text(sodium_base64_ENCODED_LEN(size, kUrlWithoutPadding), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, kUrlWithoutPadding);
  text.pop_back();  // its NUL
  return text;
}

struct Keys {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
};

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Keys keys_of(const std::string& seed) {
  Keys keys;
  crypto_sign_seed_keypair(keys.open.data(), keys.secret.data(), bytes_of(seed));
  return keys;
}

std::string head_of(char ident) {
  return std::string("gtfy") + ident + ".";
}

}  // namespace

Enhanced enhanced(char ident, const std::string& seed) {
  const Keys keys = keys_of(seed);
  return {head_of(ident) + encode(bytes_of(seed), seed.size()),
          head_of(ident) + encode(keys.open.data(), keys.open.size())};
}

std::string signed_for(char ident, const std::string& seed, std::int64_t second) {
  const Keys keys = keys_of(seed);
  const std::string message = "iat=" + std::to_string(second);
  std::array<unsigned char, crypto_sign_BYTES> signature{};
  crypto_sign_state state;
  crypto_sign_init(&state);
  crypto_sign_update(&state, bytes_of(message), message.size());
  crypto_sign_final_create(&state, signature.data(), nullptr, keys.secret.data());
  return head_of(ident) + encode(keys.open.data(), keys.open.size()) + "." + std::to_string(second) + "." +
         encode(signature.data(), signature.size());
}

std::string signed_token(char ident, const std::string& seed, std::int64_t offset) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return signed_for(ident, seed, std::chrono::duration_cast<std::chrono::seconds>(now).count() + offset);
}

std::string vector_seed() {
  std::string seed;
  for (char byte = 0; byte < 32; ++byte) seed += byte;
  return seed;
}

Enhanced minted(Mode mode, char ident, unsigned number) {
  std::array<char, 33> digits{};
  std::snprintf(digits.data(), digits.size(), "%032u", number);
  if (mode == Mode::v3) return enhanced(ident, std::string(digits.data(), 32));
  const std::string token = std::string(1, ident == 'a' ? 'A' : 'C') + ".-_" + std::string(digits.data() + 21, 11);
  return {token, token};
}

}  // namespace push::conformance
