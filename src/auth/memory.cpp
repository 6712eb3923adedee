#include "auth/memory.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <utility>

#include "push/core/check.hpp"

namespace push::auth {
namespace {

std::string_view view(const std::array<char, 32>& digest) {
  return {digest.data(), digest.size()};
}

}  // namespace

Memory::Memory(std::size_t tokens, std::size_t passwords)
    : token_limit_(tokens), password_limit_(passwords), key_(), tokens_(tokens), passwords_(passwords) {
  PUSH_CHECK(RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1);
}

std::uint64_t Memory::epoch() const {
  const core::Lock lock(mutex_);
  return epoch_;
}

PrincipalPtr Memory::by_token(std::string_view token, core::WallTime now) {
  const core::Lock lock(mutex_);
  const Entry* entry = tokens_.find(token);
  if (entry == nullptr || (entry->expires_at && *entry->expires_at <= now)) return nullptr;
  return entry->principal;
}

PrincipalPtr Memory::by_password(const Credentials::Basic& basic) {
  const Digest key = digest(basic);
  const core::Lock lock(mutex_);
  const PrincipalPtr* principal = passwords_.find(view(key));
  return principal == nullptr ? nullptr : *principal;
}

void Memory::remember(std::string_view token, PrincipalPtr principal, std::optional<core::WallTime> expires_at,
                      std::uint64_t epoch) {
  const core::Lock lock(mutex_);
  if (epoch == epoch_) tokens_.insert(token, Entry{std::move(principal), expires_at});
}

void Memory::remember(const Credentials::Basic& basic, PrincipalPtr principal, std::uint64_t epoch) {
  const Digest key = digest(basic);
  const core::Lock lock(mutex_);
  if (epoch == epoch_) passwords_.insert(view(key), std::move(principal));
}

void Memory::forget() {
  BoundedCache<Entry> tokens(token_limit_);  // what was remembered is destroyed after the lock is released
  BoundedCache<PrincipalPtr> passwords(password_limit_);
  const core::Lock lock(mutex_);
  ++epoch_;
  std::swap(tokens_, tokens);
  std::swap(passwords_, passwords);
}

// The length of the name goes first, so that no two pairs are the same text.
Memory::Digest Memory::digest(const Credentials::Basic& basic) const {
  std::string text = std::to_string(basic.name.size());
  text.reserve(text.size() + 1 + basic.name.size() + basic.password.size());
  text += ':';
  text += basic.name;
  text += basic.password;
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
