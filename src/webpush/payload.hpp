// What a push carries: the message as JSON, cut to what fits.
#pragma once
#include <string>

#include "push/model/entities.hpp"

namespace push::webpush {

// The JSON that clients read, if that has at most kMaxPayload bytes. Otherwise without extras, and if need be with a
// shorter title and message, and with "truncated":true.
std::string payload_of(model::Message message);

// How urgent it is (RFC 8030 5.3): very-low, low, normal or high.
const char* urgency_of(std::int64_t priority);

}  // namespace push::webpush
