// The key pair by which push services recognise this server (RFC 8292, VAPID).
#pragma once
#include <string>
#include <string_view>

#include "push/core/result.hpp"
#include "push/store/webpush.hpp"

namespace push::webpush {

// Stands in the token if config webpush.subject is empty: some push services refuse a token without one.
inline constexpr std::string_view kDefaultSubject = "mailto:operator@example.com";

// A new pair, from the system's random source.
core::Result<store::WebPushKeys> make_keys();

// What is wrong with a browser's keys, as base64url: p256dh is not a point of the curve P-256, or auth not 16 bytes.
core::Result<void> check_browser_keys(std::string_view p256dh, std::string_view auth);

// The pair of this server: that of the database, which is made if there is none. `subject` is stored if it is not
// empty. Blocks.
core::Result<store::WebPushKeys> prepare_keys(store::WebPush& tables, const std::string& subject);

}  // namespace push::webpush
