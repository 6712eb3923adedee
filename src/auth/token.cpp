#include "push/auth/token.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "auth/ed25519.hpp"
#include "push/auth/base64.hpp"
#include "push/core/random.hpp"
#include "push/go/number.hpp"

namespace push::auth {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
constexpr std::size_t kRandomLetters = 14;
static_assert(kLetters.size() == 65);

constexpr std::string_view kEnhanced = "gtfy";
constexpr std::int64_t kSignedFor = 900;  // seconds before and after the signature's timestamp

// The stored form has the same prefix, whichever form was presented.
std::string enhanced_text(std::string_view ident, std::string_view key) {
  std::string out(kEnhanced);
  out += ident;
  out += '.';
  out += encode_base64_url(key);
  return out;
}

MintedToken mint(TokenForm form, char legacy_prefix, std::string_view ident) {
  if (form == TokenForm::legacy) {
    const std::string token = legacy_prefix + core::random_letters(kLetters, kRandomLetters);
    return {token, token};
  }
  const std::string seed = core::random_bytes(kSeedSize);
  return {enhanced_text(ident, seed), enhanced_text(ident, public_key_of(seed))};
}

core::Error cannot_parse(const std::string& why) {
  return core::failure(core::ErrorCode::unauthorized, "cannot parse token: " + why);
}

core::Error wrong_size(const std::string& what, std::size_t size) {
  return cannot_parse(what + " must be " + std::to_string(size) + " bytes");
}

// The number of bytes that this many base64 letters encode. Gotify checks sizes by it; line breaks in the text mean
// fewer bytes, on which Gotify panics.
std::size_t decoded_size(std::string_view text) {
  return text.size() / 4 * 3 + text.size() % 4 * 6 / 8;
}

core::Result<std::string> decode_key(std::string_view text, std::size_t size, const char* what) {
  auto key = decode_base64_url(text);
  if (!key) return cannot_parse("base64 decode failed: " + key.error().text);
  if (decoded_size(text) != size || key->size() != size) return wrong_size(what, size);
  return key;
}

// The size is checked before the letters, as in Gotify.
core::Result<std::string> decode_signature(std::string_view text) {
  if (decoded_size(text) != kSignatureSize) return wrong_size("signature", kSignatureSize);
  auto signature = decode_base64_url(text);
  if (!signature) return cannot_parse("base64 decode failed: " + signature.error().text);
  if (signature->size() != kSignatureSize) return wrong_size("signature", kSignatureSize);
  return signature;
}

// Separated by dots; the last of at most four may contain dots.
struct Fields {
  std::array<std::string_view, 4> at;
  std::size_t count = 0;
};

Fields split(std::string_view text) {
  Fields fields;
  while (fields.count < fields.at.size()) {
    const std::size_t dot = fields.count + 1 < fields.at.size() ? text.find('.') : std::string_view::npos;
    fields.at[fields.count++] = text.substr(0, dot);
    if (dot == std::string_view::npos) break;
    text.remove_prefix(dot + 1);
  }
  return fields;
}

using Read = core::Result<std::optional<TokenKey>>;

Read read_private(const Fields& fields) {
  auto seed = decode_key(fields.at[1], kSeedSize, "private key");
  if (!seed) return std::move(seed).error();
  return TokenKey{enhanced_text(fields.at[0], public_key_of(*seed)), std::nullopt};
}

Read read_signed(const Fields& fields, core::WallTime now) {
  const auto key = decode_key(fields.at[1], kPublicKeySize, "public key");
  if (!key) return key.error();
  const auto timestamp = go::parse_int(fields.at[2]);
  if (!timestamp) return cannot_parse("timestamp must be an integer: " + timestamp.error().text);
  const auto signature = decode_signature(fields.at[3]);
  if (!signature) return signature.error();
  if (!verify_prehashed(*key, "iat=" + std::to_string(*timestamp), *signature)) {
    return core::failure(core::ErrorCode::unauthorized, "invalid token");
  }
  const std::int64_t second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (*timestamp < second - kSignedFor || *timestamp > second + kSignedFor) return std::optional<TokenKey>();
  const core::WallTime until{std::chrono::seconds(*timestamp + kSignedFor + 1)};  // the last second is included
  return TokenKey{enhanced_text(fields.at[0], *key), until};
}

}  // namespace

MintedToken mint_application_token(TokenForm form) {
  return mint(form, 'A', "a");
}
MintedToken mint_client_token(TokenForm form) {
  return mint(form, 'C', "c");
}

core::Result<std::optional<TokenKey>> read_token(std::string_view presented, core::WallTime now) {
  if (!presented.starts_with(kEnhanced)) return TokenKey{std::string(presented), std::nullopt};
  const Fields fields = split(presented.substr(kEnhanced.size()));
  if (fields.count == 2) return read_private(fields);
  if (fields.count == 4) return read_signed(fields, now);
  return cannot_parse("token must have 2 or 4 fields separated by dots");
}

}  // namespace push::auth
