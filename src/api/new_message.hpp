// POST /message without I/O: request -> fields -> the message to store (protocol 1.5).
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "api/incoming.hpp"
#include "push/auth/principal.hpp"
#include "push/core/result.hpp"
#include "push/model/entities.hpp"
#include "push/store/store.hpp"

namespace push::api {

struct MessageForm {
  std::string message{};
  std::string title{};
  std::optional<std::int64_t> priority{};
  std::uint64_t application = 0;
  std::string extras{};  // compact JSON object, empty = none
  std::optional<store::IdempotencyKey> idempotency{};
};

// `extras_limit`: config extraslimit. Errors: invalid, about the Idempotency-Key, or with Gotify's text, also if
// neither `principal` nor the form names an application.
core::Result<MessageForm> read_message(const Incoming& request, const auth::Principal& principal,
                                       std::size_t extras_limit);
// Fills in the application's defaults for title and priority. The date is `now`.
store::NewMessage compose(MessageForm form, const model::Application& application, core::WallTime now);

}  // namespace push::api
