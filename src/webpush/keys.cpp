#include "push/webpush/keys.hpp"

#include "push/auth/base64.hpp"
#include "webpush/elliptic.hpp"
#include "webpush/encryption.hpp"

namespace push::webpush {

using auth::encode_base64_url;
using core::Result;

namespace {

core::Error bad_field(const char* text) {
  return core::failure(core::ErrorCode::invalid, text);
}

}  // namespace

Result<store::WebPushKeys> make_keys() {
  const auto made = make_key_pair();
  if (!made) return made.error();
  return store::WebPushKeys{encode_base64_url(made->private_key), encode_base64_url(made->public_key), {}};
}

Result<void> check_browser_keys(std::string_view p256dh, std::string_view auth) {
  const auto key = auth::decode_base64_url(p256dh);
  if (!key || !is_public_key(*key)) {
    return bad_field("Field 'p256dh' is not a public key of the curve P-256 in base64url");
  }
  const auto secret = auth::decode_base64_url(auth);
  if (!secret || secret->size() != kAuthBytes) return bad_field("Field 'auth' is not 16 bytes in base64url");
  return {};
}

Result<store::WebPushKeys> prepare_keys(store::WebPush& tables, const std::string& subject) {
  const auto found = tables.find_keys();
  if (!found) return found.error();
  if (*found && (subject.empty() || (*found)->subject == subject)) return **found;
  auto keys = *found ? Result<store::WebPushKeys>(**found) : make_keys();
  if (!keys) return keys.error();
  keys->subject = subject;
  return tables.keep_keys(*keys);
}

}  // namespace push::webpush
