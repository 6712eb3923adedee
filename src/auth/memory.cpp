#include "auth/memory.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <utility>

#include "push/core/check.hpp"

namespace push::auth {
namespace {

// Maximum number of users in forgotten_; one more and everything is forgotten.
constexpr std::size_t kForgottenUsers = 4096;

std::string_view view(const std::array<char, 32>& digest) {
  return {digest.data(), digest.size()};
}

}  // namespace

Memory::Memory(std::size_t tokens, std::size_t passwords)
    : token_limit_(tokens), password_limit_(passwords), key_(), tokens_(tokens), passwords_(passwords) {
  PUSH_CHECK(RAND_bytes(key_.data(), static_cast<int>(key_.size())) == 1);
}

bool Memory::stale(core::UserId user, std::uint64_t epoch) const {
  if (epoch < floor_) return true;
  const auto forgotten = forgotten_.find(user);
  return forgotten != forgotten_.end() && epoch < forgotten->second;
}

Known Memory::by_token(std::string_view token, core::WallTime now) {
  const core::Lock lock(mutex_);
  const Entry* entry = tokens_.find(token);
  if (entry == nullptr || (entry->until && *entry->until <= now)) return {};
  return stale(entry->known.principal->user, entry->epoch) ? Known() : entry->known;
}

PrincipalPtr Memory::by_password(const Credentials::Basic& basic) {
  const Digest key = digest(basic);
  const core::Lock lock(mutex_);
  const Entry* entry = passwords_.find(view(key));
  if (entry == nullptr || stale(entry->known.principal->user, entry->epoch)) return nullptr;
  return entry->known.principal;
}

void Memory::remember(std::string_view token, Known known, std::optional<core::WallTime> until, std::uint64_t epoch) {
  const core::Lock lock(mutex_);
  if (!stale(known.principal->user, epoch)) tokens_.insert(token, Entry{std::move(known), until, epoch});
}

void Memory::remember(const Credentials::Basic& basic, PrincipalPtr principal, std::uint64_t epoch) {
  const Digest key = digest(basic);
  const core::Lock lock(mutex_);
  if (stale(principal->user, epoch)) return;
  passwords_.insert(view(key), Entry{Known{std::move(principal), nullptr}, std::nullopt, epoch});
}

void Memory::forget(core::UserId user) {
  {
    const core::Lock lock(mutex_);
    if (forgotten_.size() < kForgottenUsers || forgotten_.contains(user)) {
      forgotten_[user] = ++epoch_;
      return;
    }
  }
  forget();
}

void Memory::forget() {
  BoundedCache<Entry> tokens(token_limit_);  // swapped in, so the old entries are destroyed after the lock is released
  BoundedCache<Entry> passwords(password_limit_);
  Forgotten forgotten;
  const core::Lock lock(mutex_);
  floor_ = ++epoch_;
  std::swap(forgotten_, forgotten);
  std::swap(tokens_, tokens);
  std::swap(passwords_, passwords);
}

// The length of the name comes first, so that no two pairs have the same input.
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
