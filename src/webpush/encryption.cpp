#include "webpush/encryption.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <memory>

#include "push/core/random.hpp"
#include "webpush/bytes.hpp"

namespace push::webpush {
namespace {

using core::Result;

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::string_view kRecordSize{"\0\0\x10\0", 4};  // 4,096

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* it) const { EVP_CIPHER_CTX_free(it); }
};

std::string hmac(std::string_view key, std::string_view text) {
  std::string hash(kHashBytes, '\0');
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), bytes_of(hash), &size);
  return hash;
}

// HKDF (RFC 5869) with one block of output.
std::string hkdf(std::string_view salt, std::string_view secret, std::string info, std::size_t size) {
  return hmac(hmac(salt, secret), info + '\x01').substr(0, size);
}

// A label with the zero byte that ends it.
std::string label(const char* text) {
  return std::string(text) + '\0';
}

// The ciphertext and its tag.
Result<std::string> seal(const std::string& key, const std::string& nonce, std::string_view plain) {
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  std::string sealed(plain.size() + kTagBytes, '\0');
  int size = 0;
  int rest = 0;
  if (!context || EVP_EncryptInit_ex2(context.get(), EVP_aes_128_gcm(), bytes_of(key), bytes_of(nonce), nullptr) != 1 ||
      EVP_EncryptUpdate(context.get(), bytes_of(sealed), &size, bytes_of(plain), static_cast<int>(plain.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), bytes_of(sealed) + size, &rest) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTagBytes, bytes_of(sealed) + plain.size()) != 1) {
    return core::failure(core::ErrorCode::internal, "OpenSSL cannot encrypt a push");
  }
  return sealed;
}

}  // namespace

Result<std::string> encrypt(std::string_view payload, std::string_view p256dh, std::string_view auth) {
  auto keys = make_key_pair();
  if (!keys) return keys.error();
  return encrypt(payload, p256dh, auth, {*std::move(keys), core::random_bytes(kSaltBytes)});
}

Result<std::string> encrypt(std::string_view payload, std::string_view p256dh, std::string_view auth,
                            const Freshness& fresh) {
  if (payload.size() > kMaxPayload) return core::failure(core::ErrorCode::invalid, "the payload of a push is too long");
  if (auth.size() != kAuthBytes) return core::failure(core::ErrorCode::invalid, "auth is not 16 bytes");
  const auto secret = shared_secret(fresh.keys, p256dh);
  if (!secret) return secret.error();
  const std::string& own = fresh.keys.public_key;
  // RFC 8291 3.4
  const std::string input = hkdf(auth, *secret, label("WebPush: info") + std::string(p256dh) + own, kHashBytes);
  const std::string key = hkdf(fresh.salt, input, label("Content-Encoding: aes128gcm"), kKeyBytes);
  const std::string nonce = hkdf(fresh.salt, input, label("Content-Encoding: nonce"), kNonceBytes);
  const auto sealed = seal(key, nonce, std::string(payload) + '\x02');
  if (!sealed) return sealed.error();
  std::string body = fresh.salt;
  body += kRecordSize;
  body += static_cast<char>(own.size());
  body += own;
  body += *sealed;
  return body;
}

}  // namespace push::webpush
