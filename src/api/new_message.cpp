#include "api/new_message.hpp"

#include <utility>

#include "api/idempotency.hpp"
#include "push/binder/binder.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"
#include "push/model/limits.hpp"

namespace push::api {
namespace {

constexpr const char* kNoApplication = "appid is required when not authenticating with an application token";

// extras `{}` and `null` count as absent (protocol 4).
bool says_nothing(std::string_view extras) {
  return extras == "{}" || extras == "null";
}

}  // namespace

core::Result<MessageForm> read_message(const Incoming& request, const auth::Principal& principal,
                                       std::size_t extras_limit) {
  if (auto good = check_idempotency_key(request.idempotency_key); !good) return std::move(good).error();
  MessageForm out;
  binder::Form form("CreateMessage");
  form.text("message", out.message).required();
  form.text("title", out.title);
  form.integer("priority", out.priority);
  form.unsigned_integer("appid", out.application);
  form.object("extras", out.extras).at_most_bytes(extras_limit);
  if (auto bound = binder::bind(source_of(request), form); !bound) return std::move(bound).error();
  if (says_nothing(out.extras)) out.extras.clear();
  if (principal.kind != auth::Principal::Kind::application && out.application == 0) {
    return core::failure(core::ErrorCode::invalid, kNoApplication);
  }
  if (!request.idempotency_key.empty()) {
    out.idempotency = {hash_of_key(request.idempotency_key), hash_of_content(out)};
  }
  return out;
}

store::NewMessage compose(MessageForm form, const model::Application& application, core::WallTime now) {
  store::NewMessage out;
  out.user = application.user;
  out.application = application.id;
  out.message = std::move(form.message);
  if (go::trim(form.title).empty()) {
    out.title = core::utf8_prefix(application.name, model::kMaxName);  // an older database may hold a longer one
  } else {
    out.title = std::move(form.title);
  }
  out.priority = form.priority.value_or(application.default_priority);
  out.extras = std::move(form.extras);
  out.date = now;
  out.idempotency = form.idempotency;
  return out;
}

}  // namespace push::api
