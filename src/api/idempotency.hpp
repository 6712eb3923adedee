// The Idempotency-Key of POST /message: the header's rule, and the hashes by which a repetition is known.
#pragma once
#include <string_view>

#include "push/core/result.hpp"
#include "push/store/store.hpp"

namespace push::api {

struct MessageForm;

// At most 255 bytes, all of them printable ASCII; "" = none. Otherwise invalid.
core::Result<void> check_idempotency_key(std::string_view key);

store::IdempotencyKey::Hash hash_of_key(std::string_view key);
// Of what was bound: message, title, priority and extras as the sender gave them, before defaults are filled in. So it
// does not depend on how the body was sent (JSON or form, the order of members, chunks), nor on the application.
store::IdempotencyKey::Hash hash_of_content(const MessageForm& form);

}  // namespace push::api
