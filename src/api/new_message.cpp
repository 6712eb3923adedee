#include "api/new_message.hpp"

#include <utility>

#include "push/binder/binder.hpp"
#include "push/go/text.hpp"

namespace push::api {
namespace {

constexpr const char* kNoApplication = "appid is required when not authenticating with an application token";

// extras `{}` and `null` count as absent (protocol 4).
bool says_nothing(std::string_view extras) {
  return extras == "{}" || extras == "null";
}

}  // namespace

core::Result<MessageForm> read_message(const Incoming& request, const auth::Principal& principal) {
  MessageForm out;
  binder::Form form("CreateMessage");
  form.text("message", out.message).required();
  form.text("title", out.title);
  form.integer("priority", out.priority);
  form.unsigned_integer("appid", out.application);
  form.object("extras", out.extras);
  const binder::Source source{request.method, request.content_type, request.target.query, request.body};
  if (auto bound = binder::bind(source, form); !bound) return std::move(bound).error();
  if (says_nothing(out.extras)) out.extras.clear();
  if (principal.kind != auth::Principal::Kind::application && out.application == 0) {
    return core::failure(core::ErrorCode::invalid, kNoApplication);
  }
  return out;
}

store::NewMessage compose(MessageForm form, const model::Application& application, core::WallTime now) {
  store::NewMessage out;
  out.user = application.user;
  out.application = application.id;
  out.message = std::move(form.message);
  if (go::trim(form.title).empty()) {
    out.title = application.name;
  } else {
    out.title = std::move(form.title);
  }
  out.priority = form.priority.value_or(application.default_priority);
  out.extras = std::move(form.extras);
  out.date = now;
  return out;
}

}  // namespace push::api
