#include "api/idempotency.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>

#include "api/new_message.hpp"
#include "push/core/check.hpp"

namespace push::api {
namespace {

constexpr std::size_t kLongestKey = 255;

// SHA-256, cut to 128 bits. Each part comes with its length, so that no two lists of parts have the same input.
class Hasher {
 public:
  Hasher() { PUSH_CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1); }

  Hasher& add(std::string_view part) {
    const std::string size = std::to_string(part.size()) + ':';
    update(size);
    update(part);
    return *this;
  }

  store::IdempotencyKey::Hash finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    PUSH_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    store::IdempotencyKey::Hash hash{};
    std::memcpy(hash.data(), digest.data(), sizeof(hash));
    return hash;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };

  void update(std::string_view bytes) { PUSH_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1); }

  const std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

}  // namespace

core::Result<void> check_idempotency_key(std::string_view key) {
  if (key.size() > kLongestKey) {
    return core::failure(core::ErrorCode::invalid, "header Idempotency-Key has " + std::to_string(key.size()) +
                                                       " bytes; at most " + std::to_string(kLongestKey) +
                                                       " are allowed");
  }
  const auto* const bad = std::find_if(key.begin(), key.end(), [](char c) { return c < ' ' || c > '~'; });
  if (bad == key.end()) return {};
  return core::failure(core::ErrorCode::invalid, "header Idempotency-Key may hold printable ASCII only; byte " +
                                                     std::to_string(bad - key.begin() + 1) + " is not");
}

store::IdempotencyKey::Hash hash_of_key(std::string_view key) {
  return Hasher().add(key).finish();
}

store::IdempotencyKey::Hash hash_of_content(const MessageForm& form) {
  return Hasher()
      .add(form.message)
      .add(form.title)
      .add(form.priority ? std::to_string(*form.priority) : "")
      .add(form.extras)
      .finish();
}

}  // namespace push::api
