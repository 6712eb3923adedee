#include "push/auth/base64.hpp"

#include <openssl/evp.h>

#include <utility>

#include "push/core/check.hpp"

namespace push::auth {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_line_break(char c) {
  return c == '\r' || c == '\n';
}

// `letters`: only letters of the standard alphabet; their count is not 1 more than a multiple of 4. OpenSSL needs whole
// groups of four, so the last one is padded with zero letters and the bytes they add are cut off again.
std::string decode_letters(std::string letters) {
  const std::size_t bytes = letters.size() * 3 / 4;
  while (letters.size() % 4 != 0) letters += 'A';
  std::string out(letters.size() / 4 * 3, '\0');
  const int got =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(letters.data()), static_cast<int>(letters.size()));
  PUSH_CHECK(got == static_cast<int>(out.size()));
  out.resize(bytes);
  return out;
}

core::Error illegal_byte(std::size_t at) {
  return core::failure(core::ErrorCode::invalid, "illegal base64 data at input byte " + std::to_string(at));
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
  std::string letters;
  letters.reserve(text.size());
  std::size_t padding = 0;
  for (const char c : text) {
    if (is_line_break(c)) continue;
    if (c == '=') {
      ++padding;
    } else if (padding != 0 || !(is_alphanumeric(c) || c == '+' || c == '/')) {
      return std::nullopt;
    } else {
      letters += c;
    }
  }
  if (padding > 2 || (letters.size() + padding) % 4 != 0) return std::nullopt;
  return decode_letters(std::move(letters));
}

core::Result<std::string> decode_base64_url(std::string_view text) {
  std::string letters;
  letters.reserve(text.size() + 3);
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (is_line_break(c)) continue;
    if (!is_alphanumeric(c) && c != '-' && c != '_') return illegal_byte(at);
    letters += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  if (letters.size() % 4 == 1) return illegal_byte(text.size() - 1);
  return decode_letters(std::move(letters));
}

std::string encode_base64_url(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a NUL
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  while (out.ends_with('=')) out.pop_back();
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

}  // namespace push::auth
