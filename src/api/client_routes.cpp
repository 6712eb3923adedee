#include "api/routes.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "api/context.hpp"
#include "api/list_writer.hpp"
#include "api/respond.hpp"
#include "api/streams_by_client.hpp"
#include "push/auth/token.hpp"
#include "push/binder/binder.hpp"
#include "push/model/json.hpp"
#include "push/model/limits.hpp"

namespace push::api {
namespace {

// The latest time that core::parse_time can read from the database.
constexpr core::WallTime kLatest = std::chrono::sys_days(std::chrono::year(2261) / 12 / 31);

core::Error no_such_client(const Context& context) {
  return core::failure(core::ErrorCode::not_found, "client with id " + std::to_string(context.id) + " doesn't exists");
}

// A store's answer in Gotify's words.
net::Response client_refusal(const Context& context, const core::Error& refused) {
  return error(refused.code == core::ErrorCode::not_found ? no_such_client(context) : refused);
}

// Whether the path's client belongs to the user: checked before the body is read (protocol 1.7).
core::Result<void> check_client(Context& context) {
  const auto found = context.services.store.find_client(core::ClientId{context.id});
  if (!found) return found.error();
  if (!*found || (*found)->user != context.user()) return no_such_client(context);
  return {};
}

// A client sees the use that this request is, as in Gotify, although it may not be written yet.
void note_own_use(const Context& context, model::Client& client) {
  if (client.id != context.principal->client) return;
  const auto used = context.services.authenticator.last_use(client.id);
  if (!used || (client.last_used && *client.last_used >= *used)) return;
  client.last_used = used;
  if (client.expires_at) client.expires_at = *used + std::chrono::seconds(client.expires_after_inactivity_seconds);
}

net::Response show(const model::Client& client) {
  std::string out;
  model::append_json(out, client, true, core::wall_now());
  return json(out);
}

// Empty: elevation ends.
std::optional<core::WallTime> end_of_elevation(std::int64_t seconds, core::WallTime now) {
  if (seconds <= 0) return std::nullopt;
  return now + std::min(std::chrono::seconds(seconds), std::chrono::floor<std::chrono::seconds>(kLatest - now));
}

}  // namespace

net::Response list_clients(Context& context) {
  bool presence = false;
  binder::Form form("presenceParams");
  form.boolean("presence", presence);
  if (auto bound = binder::bind_query(context.request.target.query, form); !bound) return error(bound.error());
  std::map<core::ClientId, std::size_t> streams;
  if (presence) streams = streams_by_client(context.services.presence, context.user());
  ListWriter list(context);
  const core::WallTime now = core::wall_now();
  const auto read = context.services.store.list_clients(context.user(), [&](const model::Client& row) {
    model::Client client = row;
    note_own_use(context, client);
    return list.add([&](std::string& out) {
      model::append_json(out, client, context.lists_tokens(), now);
      if (!presence) return;
      const auto open = streams.find(client.id);
      out.back() = ',';
      out += "\"streams\":" + std::to_string(open == streams.end() ? 0 : open->second) + '}';
    });
  });
  return read ? list.finish() : error(read.error());
}

void create_client(Context& context) {
  store::NewClient wanted;
  binder::Form form("ClientParams");
  form.text("name", wanted.name).required().at_most_bytes(model::kMaxName);
  form.unsigned_integer("expiresAfterInactivitySeconds", wanted.expires_after_inactivity_seconds);
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  wanted.user = context.user();
  auth::MintedToken token = auth::mint_client_token(context.token_form());
  wanted.token = token.stored;
  wanted.most = context.services.config.server.maxclients;
  const auto answer = [shown = std::move(token.shown)](Context&, core::Result<model::Client> stored) {
    if (!stored && stored.error().code == core::ErrorCode::not_found) return unauthorized(auth::unauthorized_text());
    if (!stored) return error(stored.error());
    stored->token = shown;
    return show(*stored);
  };
  context.services.accounts.create_client(std::move(wanted), context.answer_with(answer));
}

void update_client(Context& context) {
  if (auto own = check_client(context); !own) return context.fail(own.error());
  store::ClientChange wanted;
  binder::Form form("ClientParams");
  form.text("name", wanted.name).required().at_most_bytes(model::kMaxName);
  form.unsigned_integer("expiresAfterInactivitySeconds", wanted.expires_after_inactivity_seconds);
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  const auto answer = [](Context& same, const core::Result<model::Client>& stored) {
    if (!stored) return client_refusal(same, stored.error());
    model::Client client = *stored;
    note_own_use(same, client);
    return show(client);
  };
  context.services.accounts.update_client(context.user(), core::ClientId{context.id}, std::move(wanted),
                                          context.answer_with(answer));
}

void delete_client(Context& context) {
  const auto answer = [](Context& same, const core::Result<void>& deleted) {
    return deleted ? empty() : client_refusal(same, deleted.error());
  };
  context.services.accounts.delete_client(context.user(), core::ClientId{context.id}, context.answer_with(answer));
}

void elevate_client(Context& context) {
  std::int64_t seconds = 0;
  binder::Form form("ElevateRequest");
  form.integer("durationSeconds", seconds).required();
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  const auto answer = [](Context&, const core::Result<void>& elevated) {
    if (!elevated && elevated.error().code == core::ErrorCode::not_found) return not_found("client not found");
    return elevated ? no_content() : error(elevated.error());
  };
  context.services.accounts.elevate_client(context.user(), core::ClientId{context.id},
                                           end_of_elevation(seconds, core::wall_now()), context.answer_with(answer));
}

}  // namespace push::api
