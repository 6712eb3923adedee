#include "api/user_routes.hpp"

#include <string>

#include "push/api/respond.hpp"
#include "push/model/json.hpp"

namespace push::api {

net::Response current_user(Context& context) {
  const auto found = context.store.find_user(context.user());
  if (!found) return error(found.error());
  if (!*found) return error(401, auth::unauthorized_text());
  std::string out;
  model::append_json(out, **found);
  const auth::Principal& principal = *context.principal;
  if (principal.kind == auth::Principal::Kind::client) {
    out.pop_back();  // the object goes on
    out += ",\"clientId\":" + std::to_string(core::value(principal.client));
    if (principal.elevated_until && *principal.elevated_until > core::wall_now()) {
      out += ",\"elevatedUntil\":\"";
      core::append_rfc3339(out, *principal.elevated_until);
      out += '"';
    }
    out += '}';
  }
  return json(out);
}

}  // namespace push::api
