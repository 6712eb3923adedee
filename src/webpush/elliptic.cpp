#include "webpush/elliptic.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <array>
#include <memory>

#include "webpush/bytes.hpp"

namespace push::webpush {
namespace {

using core::Result;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* it) const {
    Free(it);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

constexpr const char* kCurve = "prime256v1";
constexpr int kHalf = 32;  // bytes of R, and of S

core::Error broken(const char* what) {
  return core::failure(core::ErrorCode::internal, std::string("OpenSSL cannot ") + what);
}

// Null: it is no key. The public part is checked to be a point of the curve.
Key import_key(std::string_view public_key, std::string_view private_key) {
  if (public_key.size() != kPublicKeyBytes) return nullptr;
  const Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kCurve, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, public_key.data(), public_key.size());
  Number number;
  if (!private_key.empty()) {
    if (private_key.size() != kPrivateKeyBytes) return nullptr;
    number.reset(BN_bin2bn(bytes_of(private_key), static_cast<int>(private_key.size()), nullptr));
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get());
  }
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, private_key.empty() ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR,
                        parameters.get()) != 1) {
    return nullptr;
  }
  Key key(made);
  const KeyContext checking(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!checking || EVP_PKEY_public_check(checking.get()) != 1) return nullptr;
  return key;
}

}  // namespace

Result<KeyPair> make_key_pair() {
  const Key key(EVP_EC_gen(kCurve));
  if (!key) return broken("make a key pair");
  KeyPair pair{std::string(kPrivateKeyBytes, '\0'), std::string(kPublicKeyBytes, '\0')};
  BIGNUM* secret = nullptr;
  std::size_t size = 0;
  if (EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &secret) != 1) return broken("read a private key");
  const Number number(secret);
  if (BN_bn2binpad(number.get(), bytes_of(pair.private_key), kHalf) != kHalf ||
      EVP_PKEY_get_octet_string_param(key.get(), OSSL_PKEY_PARAM_PUB_KEY, bytes_of(pair.public_key),
                                      pair.public_key.size(), &size) != 1 ||
      size != kPublicKeyBytes) {
    return broken("read a key pair");
  }
  return pair;
}

bool is_public_key(std::string_view bytes) {
  return import_key(bytes, {}) != nullptr;
}

Result<std::string> shared_secret(const KeyPair& own, std::string_view other_public) {
  const Key mine = import_key(own.public_key, own.private_key);
  const Key other = import_key(other_public, {});
  if (!mine || !other) return core::failure(core::ErrorCode::invalid, "not a key of the curve P-256");
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, mine.get(), nullptr));
  std::string secret(kHalf, '\0');
  std::size_t size = secret.size();
  if (!context || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer(context.get(), other.get()) != 1 ||
      EVP_PKEY_derive(context.get(), bytes_of(secret), &size) != 1 || size != secret.size()) {
    return broken("derive a shared secret");
  }
  return secret;
}

Result<std::string> sign(const KeyPair& own, std::string_view text) {
  const Key key = import_key(own.public_key, own.private_key);
  if (!key) return core::failure(core::ErrorCode::invalid, "not a key pair of the curve P-256");
  const Digest digest(EVP_MD_CTX_new());
  std::array<unsigned char, 80> der{};
  std::size_t size = der.size();
  if (!digest || EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(digest.get(), der.data(), &size, bytes_of(text), text.size()) != 1) {
    return broken("sign");
  }
  const unsigned char* at = der.data();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  std::string both(2 * std::size_t{kHalf}, '\0');
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes_of(both), kHalf) != kHalf ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes_of(both) + kHalf, kHalf) != kHalf) {
    return broken("read a signature");
  }
  return both;
}

bool verify(std::string_view public_key, std::string_view text, std::string_view signature) {
  const Key key = import_key(public_key, {});
  if (!key || signature.size() != 2 * std::size_t{kHalf}) return false;
  const Signature parts(ECDSA_SIG_new());
  ECDSA_SIG_set0(parts.get(), BN_bin2bn(bytes_of(signature), kHalf, nullptr),
                 BN_bin2bn(bytes_of(signature) + kHalf, kHalf, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &der);
  if (size <= 0) return false;
  const Digest digest(EVP_MD_CTX_new());
  const bool good =
      digest && EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
      EVP_DigestVerify(digest.get(), der, static_cast<std::size_t>(size), bytes_of(text), text.size()) == 1;
  OPENSSL_free(der);
  return good;
}

}  // namespace push::webpush
