#include "auth/keyed_hash.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "push/core/check.hpp"

namespace push::auth {

KeyedHash::KeyedHash() {
  PUSH_CHECK(RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1);
}

// The length of the first part comes first, so that no two pairs have the same input.
KeyedHash::Digest KeyedHash::of(std::string_view first, std::string_view second) const {
  std::string text = std::to_string(first.size());
  text.reserve(text.size() + 1 + first.size() + second.size());
  text += ':';
  text += first;
  text += second;
  Digest out{};
  unsigned size = 0;
  const unsigned char* done = HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
                                   reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                   reinterpret_cast<unsigned char*>(out.data()), &size);
  PUSH_CHECK(done != nullptr && size == out.size());
  OPENSSL_cleanse(text.data(), text.size());
  return out;
}

}  // namespace push::auth
