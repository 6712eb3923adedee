#include "auth/password_throttle.hpp"

#include <algorithm>
#include <cstring>

namespace push::auth {
namespace {

std::string address_key(const Credentials::Basic& basic) {
  return basic.from ? basic.from->site() : std::string();
}

std::chrono::seconds rounded_up(core::SteadyTime::duration time) {
  return std::max(std::chrono::ceil<std::chrono::seconds>(time), std::chrono::seconds(1));
}

metrics::Counter& held(metrics::Registry& metrics, std::string_view by) {
  return metrics.counter("push_passwords_throttled_total", "Passwords not checked after too many wrong ones.",
                         "by=\"" + std::string(by) + "\"");
}

}  // namespace

PasswordThrottle::PasswordThrottle(const GuessLimits& limits, const KeyedHash& hash, metrics::Registry& metrics)
    : limits_(limits),
      hash_(hash),
      wrong_(metrics.counter("push_wrong_passwords_total", "Wrong passwords, and any password of an unknown name.")),
      held_by_user_(held(metrics, "user")),
      held_by_address_(held(metrics, "address")),
      addresses_({limits.address_tries, limits.address_period, limits.address_tries}, limits.tracked),
      guesses_(limits.tracked) {}

std::optional<std::chrono::seconds> PasswordThrottle::wait(const Credentials::Basic& basic, core::SteadyTime now) {
  if (counts_address(basic)) {
    if (const auto wait = addresses_.wait(address_key(basic), now)) {
      held_by_address_.add();
      return rounded_up(*wait);
    }
  }
  if (limits_.tries == 0) return std::nullopt;
  const KeyedHash::Digest key = key_of(basic);
  const core::Lock lock(mutex_);
  const Guesses* guesses = guesses_.find(view(key));
  if (guesses == nullptr || guesses->until <= now) return std::nullopt;
  held_by_user_.add();
  return rounded_up(guesses->until - now);
}

bool PasswordThrottle::Guesses::knows(std::uint64_t password) {
  const auto found = std::find(passwords.begin(), passwords.end(), password);
  if (found != passwords.end()) return true;
  std::rotate(passwords.begin(), passwords.end() - 1, passwords.end());
  passwords.front() = password;
  return false;
}

std::optional<std::chrono::seconds> PasswordThrottle::failed(const Credentials::Basic& basic, core::SteadyTime now) {
  wrong_.add();
  const KeyedHash::Digest key = key_of(basic);
  const std::uint64_t password = fingerprint_of(basic);
  std::optional<std::chrono::seconds> wait;
  bool again = false;
  {
    const core::Lock lock(mutex_);
    const Guesses* known = guesses_.find(view(key));
    Guesses guesses = known == nullptr || now - known->last > kMemory ? Guesses() : *known;
    again = guesses.knows(password);
    guesses.last = now;
    if (again && now < guesses.again_until) {
      wait = rounded_up(guesses.again_until - now);
    } else if (limits_.tries > 0) {
      if (!again || guesses.wrong < limits_.tries) ++guesses.wrong;
      if (!again) guesses.until = now + wait_after(guesses.wrong);
      if (again && guesses.wrong >= limits_.tries) guesses.again_until = now + limits_.wait;
    }
    guesses_.insert(view(key), guesses);
  }
  if (wait) held_by_user_.add();
  if (!again && counts_address(basic)) static_cast<void>(addresses_.admit(address_key(basic), now));
  return wait;
}

void PasswordThrottle::succeeded(const Credentials::Basic& basic) {
  const KeyedHash::Digest key = key_of(basic);
  const core::Lock lock(mutex_);
  guesses_.erase(view(key));
}

KeyedHash::Digest PasswordThrottle::key_of(const Credentials::Basic& basic) const {
  return hash_.of(basic.name, address_key(basic));
}

std::uint64_t PasswordThrottle::fingerprint_of(const Credentials::Basic& basic) const {
  const KeyedHash::Digest digest = hash_.of(basic.name, basic.password);
  std::uint64_t out = 0;
  std::memcpy(&out, digest.data(), sizeof out);
  return out;
}

// A unix socket's peer has no address.
bool PasswordThrottle::counts_address(const Credentials::Basic& basic) const {
  return basic.from && (limits_.every_address || !(basic.from->is_loopback() || basic.from->is_private()));
}

std::chrono::seconds PasswordThrottle::wait_after(std::size_t wrong) const {
  if (wrong < limits_.tries) return std::chrono::seconds(0);
  std::chrono::seconds wait = limits_.wait;
  for (std::size_t i = limits_.tries; i < wrong && wait < limits_.longest_wait; ++i) wait *= 2;
  return std::min(wait, limits_.longest_wait);
}

}  // namespace push::auth
