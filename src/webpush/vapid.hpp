// The Authorization header of a push: RFC 8292.
#pragma once
#include <chrono>
#include <map>
#include <string>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "webpush/elliptic.hpp"

namespace push::webpush {

// A token for each origin, used until an hour before it ends. One thread.
class Vapid {
 public:
  static constexpr std::chrono::hours kLifetime{12};  // at most 24 (RFC 8292 2)
  static constexpr std::chrono::hours kMargin{1};
  static constexpr std::size_t kMaxOrigins = 64;  // beyond that, all are made anew

  Vapid(KeyPair keys, std::string subject) : keys_(std::move(keys)), subject_(std::move(subject)) {}

  const std::string& public_key() const { return keys_.public_key; }
  const std::string& subject() const { return subject_; }
  // "vapid t=TOKEN, k=KEY". origin: https://host[:port]
  core::Result<std::string> header(const std::string& origin, core::WallTime now);

 private:
  struct Token {
    std::string text;
    core::WallTime end;
  };
  core::Result<Token> make(const std::string& origin, core::WallTime now) const;

  const KeyPair keys_;
  const std::string subject_;
  std::map<std::string, Token> tokens_;
};

}  // namespace push::webpush
