#include "auth/memory.hpp"

#include <utility>

namespace push::auth {
namespace {

// Maximum number of users in forgotten_; one more and everything is forgotten.
constexpr std::size_t kForgottenUsers = 4096;

}  // namespace

Memory::Memory(const KeyedHash& hash, std::size_t tokens, std::size_t passwords)
    : token_limit_(tokens),
      password_limit_(passwords),
      hash_(hash),
      tokens_(tokens),
      passwords_(passwords),
      wrong_passwords_(passwords),
      unknown_senders_(kUnknownTokens),
      unknown_clients_(kUnknownTokens) {}

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

Remembered Memory::by_password(const Credentials::Basic& basic) {
  const KeyedHash::Digest key = hash_.of(basic.name, basic.password);
  const core::Lock lock(mutex_);
  if (const Entry* entry = passwords_.find(view(key)); entry != nullptr) {
    if (!stale(entry->known.principal->user, entry->epoch)) return {entry->known.principal};
  }
  const std::uint64_t* wrong = wrong_passwords_.find(view(key));
  return {nullptr, wrong != nullptr && *wrong == epoch_};
}

bool Memory::is_unknown(std::string_view token, Purpose purpose, core::SteadyTime now) {
  const core::Lock lock(mutex_);
  const Refusal* refusal = unknown(purpose).find(token);
  return refusal != nullptr && refusal->epoch == epoch_ && now < refusal->until;
}

void Memory::remember(std::string_view token, Known known, std::optional<core::WallTime> until, std::uint64_t epoch) {
  const core::Lock lock(mutex_);
  if (!stale(known.principal->user, epoch)) tokens_.insert(token, Entry{std::move(known), until, epoch});
}

void Memory::remember(const Credentials::Basic& basic, PrincipalPtr principal, std::uint64_t epoch) {
  const KeyedHash::Digest key = hash_.of(basic.name, basic.password);
  const core::Lock lock(mutex_);
  if (stale(principal->user, epoch)) return;
  passwords_.insert(view(key), Entry{Known{std::move(principal), nullptr}, std::nullopt, epoch});
}

void Memory::remember_wrong(const Credentials::Basic& basic, std::uint64_t epoch) {
  const KeyedHash::Digest key = hash_.of(basic.name, basic.password);
  const core::Lock lock(mutex_);
  wrong_passwords_.insert(view(key), epoch);
}

void Memory::remember_unknown(std::string_view token, Purpose purpose, core::SteadyTime now, std::uint64_t epoch) {
  if (token.size() > kLongestUnknown) return;
  const core::Lock lock(mutex_);
  unknown(purpose).insert(token, Refusal{now + kUnknownFor, epoch});
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
  core::BoundedCache<std::string, Entry> tokens(
      token_limit_);  // swapped in, so the old entries are destroyed after the lock is released
  core::BoundedCache<std::string, Entry> passwords(password_limit_);
  Forgotten forgotten;
  const core::Lock lock(mutex_);
  floor_ = ++epoch_;
  std::swap(forgotten_, forgotten);
  std::swap(tokens_, tokens);
  std::swap(passwords_, passwords);
}

void Memory::added() {
  const core::Lock lock(mutex_);
  ++epoch_;
}

}  // namespace push::auth
