// Arbitrary bytes as a presented token, and as base64. Every accepted token has a stored form of the same shape, and
// decoded bytes survive encoding and decoding.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "push/auth/base64.hpp"
#include "push/auth/token.hpp"
#include "push/core/check.hpp"

namespace {

using namespace push::auth;

constexpr push::core::WallTime kNow{std::chrono::seconds(1767225600)};  // of the signature in token.dict

void check_token(const std::string& text) {
  const auto key = read_token(text, kNow);
  if (!text.starts_with("gtfy")) {
    PUSH_CHECK(key && *key && (*key)->stored == text && !(*key)->until);
  } else if (!key) {
    PUSH_CHECK(key.error().code == push::core::ErrorCode::unauthorized);
    PUSH_CHECK(key.error().text == "invalid token" || key.error().text.starts_with("cannot parse token: "));
  } else if (*key) {
    const std::string& stored = (*key)->stored;
    const std::string_view prefix = std::string_view(text).substr(0, text.find('.') + 1);
    PUSH_CHECK(stored.starts_with(prefix) && stored.size() == prefix.size() + 43);
    PUSH_CHECK(decode_base64_url(stored.substr(prefix.size()))->size() == 32);
    if ((*key)->until) {
      PUSH_CHECK(*(*key)->until > kNow && *(*key)->until <= kNow + std::chrono::seconds(1801));
    } else {
      PUSH_CHECK(stored != text);
    }
  }
}

void check_base64(const std::string& text) {
  if (const auto bytes = decode_base64_url(text)) {
    const std::string encoded = encode_base64_url(*bytes);
    PUSH_CHECK(encoded.size() <= text.size());
    PUSH_CHECK(*decode_base64_url(encoded) == *bytes);
  } else {
    PUSH_CHECK(bytes.error().text.starts_with("illegal base64 data at input byte "));
  }
  if (const auto bytes = decode_base64(text)) PUSH_CHECK(bytes->size() <= text.size() / 4 * 3);
  const auto again = decode_base64_url(encode_base64_url(text));
  PUSH_CHECK(again && *again == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  check_token(text);
  check_token("gtfya." + text);
  check_token("gtfya.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg." + text);
  check_base64(text);
  return 0;
}
