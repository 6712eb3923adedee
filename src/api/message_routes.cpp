#include "api/routes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/context.hpp"
#include "api/new_message.hpp"
#include "api/paging.hpp"
#include "api/respond.hpp"
#include "api/stream_caps.hpp"
#include "push/binder/binder.hpp"
#include "push/model/limits.hpp"

namespace push::api {
namespace {

core::Error application_gone(const auth::Principal& principal) {
  if (principal.kind == auth::Principal::Kind::application) {
    return core::failure(core::ErrorCode::unauthorized, std::string(auth::unauthorized_text()));
  }
  return core::failure(core::ErrorCode::invalid, "appid not found");
}

net::Response created(delivery::Publisher::Stored message) {
  net::Response response;
  response.body = std::move(message.json);
  response.shared_body = !message.replayed;
  if (message.replayed) response.headers.emplace_back("Idempotent-Replayed", "true");  // Stripe's name for it
  return response;
}

void hand_over(Context& context, store::NewMessage message) {
  if (!context.reserve(message.message.size() + message.title.size() + message.extras.size())) {
    return context.fail(too_many_answers());
  }
  auto queued = context.services.publisher.publish(
      std::move(message), [self = context.shared_from_this()](core::Result<delivery::Publisher::Stored> stored) {
        if (stored) return self->finish(created(*std::move(stored)));
        if (stored.error().code != core::ErrorCode::not_found) return self->fail(stored.error());
        self->services.accounts.forget_stale(self->user());  // its token is still remembered
        self->fail(application_gone(*self->principal));
      });
  if (!queued) context.fail(queued.error());
}

// For a form that names its application.
void complete_by_id(Context& context, MessageForm form) {
  auto found = context.services.store.find_application(core::ApplicationId{form.application});
  if (!found) return context.fail(found.error());
  if (!*found || (*found)->user != context.user()) return context.fail(application_gone(*context.principal));
  hand_over(context, compose(std::move(form), **found, core::wall_now()));
}

void read_and_complete(Context& context) {
  auto form = read_message(context.request, *context.principal, context.services.config.server.http.extraslimit);
  if (!form) return context.fail(form.error());
  if (const auto& application = context.principal->application) {
    return hand_over(context, compose(*std::move(form), *application, core::wall_now()));
  }
  context.on_worker([form = *std::move(form)](Context& same) mutable { complete_by_id(same, std::move(form)); },
                    Context::Queue::look_ups);
}

// The application of the path, if it belongs to the user; otherwise a 404 in the words of the route.
core::Result<core::ApplicationId> path_application(store::Finder& store, core::UserId user, std::uint64_t id,
                                                   const char* missing) {
  auto found = store.find_application(core::ApplicationId{id});
  if (!found) return std::move(found).error();
  if (!*found || (*found)->user != user) return core::failure(core::ErrorCode::not_found, missing);
  return (*found)->id;
}

// Of the link to the next page: absolute in Gotify 2, not in Gotify 3 (protocol 0, row e).
std::string link_path(const Context& context) {
  const Incoming& request = context.request;
  std::string out;
  if (context.services.config.compat == config::Compat::v2) {
    out = public_url(request, context.services.proxies.trusts(request.peer));
  }
  return out.append(request.target.raw_path);
}

template <class Owner>
net::Response list_page(Context& context, Owner owner, store::PageRequest page) {
  PageWriter writer(link_path(context), page);
  const auto read = context.services.store.list_messages(
      owner, with_one_more(page), [&writer](const model::Message& message) { return writer.take(message); });
  if (!read) return error(read.error());
  net::Response response;
  response.body = writer.finish();
  return response;
}

// ?upto=N: only messages up to that id, so that what has arrived meanwhile stays.
core::Result<core::MessageId> read_upper_end(std::string_view query) {
  std::optional<std::uint64_t> up_to;
  binder::Form form("deletionParams");
  form.unsigned_integer("upto", up_to);
  if (auto bound = binder::bind_query(query, form); !bound) return std::move(bound).error();
  return up_to ? core::MessageId{*up_to} : store::kEveryMessage;
}

// Deletes `owner`'s messages and answers when they are gone.
template <class Owner>
void purge(Context& context, Owner owner, core::MessageId up_to) {
  auto queued = context.services.publisher.delete_messages(
      owner, up_to, [self = context.shared_from_this()](const core::Result<void>& done) {
        if (!done) return self->fail(done.error());
        self->finish(empty());
      });
  if (!queued) context.fail(queued.error());
}

}  // namespace

void create_message(Context& context) {
  // A loop spends at most about a millisecond on one request.
  if (binder::is_quick(context.source())) return read_and_complete(context);
  context.on_worker(&read_and_complete);
}

net::Response list_messages(Context& context) {
  const auto page = read_page(context.request.target.query);
  if (!page) return error(page.error());
  return list_page(context, context.user(), *page);
}

void delete_messages(Context& context) {
  const auto up_to = read_upper_end(context.request.target.query);
  if (!up_to) return context.fail(up_to.error());
  purge(context, context.user(), *up_to);
}

void delete_listed_messages(Context& context) {
  std::vector<std::uint64_t> listed;
  binder::Form form("DeletedMessages");
  form.list("ids", listed).at_most_items(model::kMaxEventIds);
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  if (listed.empty()) return context.fail(core::failure(core::ErrorCode::invalid, "Field 'ids' is required"));
  std::vector<core::MessageId> ids;
  ids.reserve(listed.size());
  for (const std::uint64_t id : listed) ids.push_back(core::MessageId{id});
  const auto answer = [](Context&, const core::Result<std::size_t>& deleted) {
    return deleted ? json("{\"deleted\":" + std::to_string(*deleted) + "}") : error(deleted.error());
  };
  context.services.publisher.delete_listed(context.user(), std::move(ids), context.answer_with(answer));
}

void delete_message(Context& context) {
  const auto answer = [](Context&, const core::Result<void>& deleted) {
    if (!deleted && deleted.error().code == core::ErrorCode::not_found) return not_found("message does not exist");
    return deleted ? empty() : error(deleted.error());
  };
  context.services.publisher.delete_message(context.user(), core::MessageId{context.id}, context.answer_with(answer));
}

net::Response list_application_messages(Context& context) {
  const auto page = read_page(context.request.target.query);
  if (!page) return error(page.error());
  const auto application =
      path_application(context.services.store, context.user(), context.id, "application does not exist");
  if (!application) return error(application.error());
  return list_page(context, *application, *page);
}

void delete_application_messages(Context& context) {
  const auto up_to = read_upper_end(context.request.target.query);
  if (!up_to) return context.fail(up_to.error());
  const auto application =
      path_application(context.services.store, context.user(), context.id, "application does not exists");
  if (!application) return context.fail(application.error());
  purge(context, *application, *up_to);
}

}  // namespace push::api
