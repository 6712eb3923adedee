#include "webpush/vapid.hpp"

#include <utility>

#include "push/auth/base64.hpp"
#include "push/model/json.hpp"

namespace push::webpush {

using auth::encode_base64_url;
using core::Result;

Result<std::string> Vapid::header(const std::string& origin, core::WallTime now) {
  auto known = tokens_.find(origin);
  if (known == tokens_.end() || known->second.end - kMargin <= now || known->second.end - kLifetime > now) {
    auto made = make(origin, now);
    if (!made) return made.error();
    if (tokens_.size() >= kMaxOrigins) tokens_.clear();
    known = tokens_.insert_or_assign(origin, *std::move(made)).first;
  }
  return "vapid t=" + known->second.text + ", k=" + encode_base64_url(keys_.public_key);
}

Result<Vapid::Token> Vapid::make(const std::string& origin, core::WallTime now) const {
  const auto end = std::chrono::floor<std::chrono::seconds>(now + kLifetime);
  std::string claims = "{\"aud\":";
  model::append_json_string(claims, origin);
  claims += ",\"exp\":" + std::to_string(end.time_since_epoch().count()) + ",\"sub\":";
  model::append_json_string(claims, subject_);
  claims += '}';
  std::string text = encode_base64_url(R"({"typ":"JWT","alg":"ES256"})") + '.' + encode_base64_url(claims);
  const auto signature = sign(keys_, text);
  if (!signature) return signature.error();
  text += '.' + encode_base64_url(*signature);
  return Token{std::move(text), end};
}

}  // namespace push::webpush
