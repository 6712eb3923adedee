#include "api/routes.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/context.hpp"
#include "api/list_writer.hpp"
#include "api/respond.hpp"
#include "api/streams_by_client.hpp"
#include "api/user_name.hpp"
#include "push/auth/password.hpp"
#include "push/binder/binder.hpp"
#include "push/model/json.hpp"

namespace push::api {
namespace {

core::Error no_such_user() {
  return core::failure(core::ErrorCode::not_found, "user does not exist");
}

// A store's answer in Gotify's words.
net::Response user_refusal(const core::Error& refused) {
  return error(refused.code == core::ErrorCode::not_found ? no_such_user() : refused);
}

// The path's user.
core::Result<model::User> named_user(Context& context) {
  auto found = context.services.store.find_user(core::UserId{context.id});
  if (!found) return std::move(found).error();
  if (!*found) return no_such_user();
  return *std::move(*found);
}

net::Response show(const model::User& user) {
  std::string out;
  model::append_json(out, user);
  return json(out);
}

// Hashes, then calls `then`, which must not block, on the same thread.
void with_hash(Context& context, std::string password, core::Callback<void(Context&, std::string)> then) {
  context.on_password([password = std::move(password), then = std::move(then)](Context& same) mutable {
    auto hash = auth::hash_password(password, same.services.config.passstrength);
    if (!hash) return same.fail(hash.error());
    then(same, *std::move(hash));
  });
}

// Whether this user may be created. Errors: forbidden to a known user, unauthorized to an unknown one.
core::Result<void> check_registration(const Context& context, bool admin_wanted) {
  const auth::Principal& principal = *context.principal;
  if (principal.admin) {
    // Where there is elevation, a client needs it to manage users, as on the other routes. Gotify 3 does not ask here.
    auto elevated = context.services.authenticator.check_elevation(principal);
    if (elevated || !context.services.config.registration || admin_wanted) return elevated;
    return {};
  }
  const bool known = principal.kind != auth::Principal::Kind::anonymous;
  const auto code = known ? core::ErrorCode::forbidden : core::ErrorCode::unauthorized;
  if (!context.services.config.registration) return core::failure(code, "you are not allowed to access this api");
  if (admin_wanted) return core::failure(code, "you are not allowed to create an admin user");
  return {};
}

void store_update(Context& context, store::UserChange wanted) {
  const auto answer = [](Context&, const core::Result<model::User>& stored) {
    return stored ? show(*stored) : user_refusal(stored.error());
  };
  context.services.accounts.update_user(core::UserId{context.id}, std::move(wanted), context.answer_with(answer));
}

// Whether a user may be called so from now on: a name of the right form that resembles no other.
core::Result<void> check_new_name(const Context& context, const std::string& name, core::UserId user) {
  const auto users = context.services.store.list_users();
  if (!users) return users.error();
  const bool taken =
      std::any_of(users->begin(), users->end(), [&](const model::User& one) { return one.name == name; });
  if (!taken) {
    if (auto good = check_user_name(name); !good) return good;
  }
  if (taken || looks_like_another(name, *users, user)) return core::failure(core::Conflict::name, {});
  return {};
}

}  // namespace

net::Response current_user(Context& context) {
  const auto found = context.services.store.find_user(context.user());
  if (!found) return error(found.error());
  if (!*found) return unauthorized(auth::unauthorized_text());
  const auth::Principal& principal = *context.principal;
  std::string out;
  model::append_json(out, **found, {principal.client, principal.elevated_until}, core::wall_now());
  return json(out);
}

void change_password(Context& context) {
  std::string password;
  binder::Form form("UserExternalPass");
  form.text("pass", password).required();
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  with_hash(context, std::move(password), [](Context& same, std::string hash) {
    const auto answer = [](Context&, const core::Result<void>& changed) {
      if (!changed && changed.error().code == core::ErrorCode::not_found)
        return unauthorized(auth::unauthorized_text());
      return changed ? empty() : error(changed.error());
    };
    same.services.accounts.set_password(same.user(), std::move(hash), same.answer_with(answer));
  });
}

net::Response list_users(Context& context) {
  const auto found = context.services.store.list_users();
  if (!found) return error(found.error());
  ListWriter list(context);
  for (const model::User& user : *found) {
    if (!list.add([&user](std::string& out) { model::append_json(out, user); })) break;
  }
  return list.finish();
}

// A known caller learns first what is wrong with its body, as in Gotify.
core::Result<void> may_register(const Context& context) {
  if (context.principal->kind != auth::Principal::Kind::anonymous) return {};
  return check_registration(context, false);
}

void create_user(Context& context) {
  store::NewUser wanted;
  std::string password;
  binder::Form form("CreateUserExternal");
  form.text("name", wanted.name).required();
  form.boolean("admin", wanted.admin);
  form.text("pass", password).required();
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  if (auto allowed = check_registration(context, wanted.admin); !allowed) return context.fail(allowed.error());
  // Before the hash, which is expensive.
  if (auto good = check_new_name(context, wanted.name, core::UserId{}); !good) return context.fail(good.error());
  with_hash(context, std::move(password), [wanted = std::move(wanted)](Context& same, std::string hash) mutable {
    wanted.pass_hash = std::move(hash);
    const auto answer = [](Context&, const core::Result<model::User>& stored) {
      return stored ? show(*stored) : error(stored.error());
    };
    same.services.accounts.create_user(std::move(wanted), same.answer_with(answer));
  });
}

net::Response find_user(Context& context) {
  const auto found = named_user(context);
  return found ? show(*found) : error(found.error());
}

net::Response user_presence(Context& context) {
  if (const auto found = named_user(context); !found) return error(found.error());
  std::size_t basic = 0;
  std::string out = "{\"clients\":[";
  for (const auto& [client, streams] : streams_by_client(context.services.presence, core::UserId{context.id})) {
    if (client == core::ClientId{}) {
      basic = streams;
      continue;
    }
    if (out.back() == '}') out += ',';
    out += "{\"id\":" + std::to_string(core::value(client)) + ",\"streams\":" + std::to_string(streams) + '}';
  }
  return json(out + "],\"basic\":" + std::to_string(basic) + '}');
}

void update_user(Context& context) {
  store::UserChange wanted;
  std::string password;
  binder::Form form("UpdateUserExternal");
  form.text("name", wanted.name).required();
  form.boolean("admin", wanted.admin);
  form.text("pass", password);
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  const auto found = named_user(context);
  if (!found) return context.fail(found.error());
  if (wanted.name != found->name) {
    if (auto good = check_new_name(context, wanted.name, found->id); !good) return context.fail(good.error());
  }
  if (password.empty()) return store_update(context, std::move(wanted));
  with_hash(context, std::move(password), [wanted = std::move(wanted)](Context& same, std::string hash) mutable {
    wanted.pass_hash = std::move(hash);
    store_update(same, std::move(wanted));
  });
}

void delete_user(Context& context) {
  context.services.accounts.delete_user(
      core::UserId{context.id},
      [self = context.shared_from_this()](const core::Result<std::vector<std::string>>& images) {
        self->guarded([&](Context& same) {
          if (!images) return same.finish(user_refusal(images.error()));
          same.finish_without(*images, empty());
        });
      });
}

}  // namespace push::api
