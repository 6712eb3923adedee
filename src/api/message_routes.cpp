#include "api/message_routes.hpp"

#include <string>
#include <utility>

#include "api/exchange.hpp"
#include "api/new_message.hpp"
#include "api/paging.hpp"
#include "api/respond.hpp"
#include "push/api/service.hpp"

namespace push::api {
namespace {

// A body beyond this is parsed on a worker: a loop spends at most about a millisecond on one request.
constexpr std::size_t kInlineBody = 32 * 1024;

core::Error application_gone(const auth::Principal& principal) {
  if (principal.kind == auth::Principal::Kind::application) {
    return core::failure(core::ErrorCode::unauthorized, std::string(auth::unauthorized_text()));
  }
  return core::failure(core::ErrorCode::invalid, "appid not found");
}

void submit(Service& service, const ExchangePtr& exchange, store::NewMessage message) {
  auto queued = service.publisher().submit(
      exchange->principal->user, std::move(message), [&service, exchange](core::Result<core::Slice> stored) {
        if (stored) {
          net::Response response;
          response.body = *std::move(stored);
          return service.finish(*exchange, std::move(response));
        }
        if (stored.error().code != core::ErrorCode::not_found) return service.fail(*exchange, stored.error());
        service.accounts().forget_stale(exchange->principal->user);  // its token is still remembered
        service.fail(*exchange, application_gone(*exchange->principal));
      });
  if (!queued) service.fail(*exchange, queued.error());
}

// The application that the form names: the principal's own, or none of theirs.
void submit_by_id(Service& service, const ExchangePtr& exchange, MessageForm form) {
  auto found = service.store().find_application(core::ApplicationId{form.application});
  if (!found) return service.fail(*exchange, found.error());
  if (!*found || (*found)->user != exchange->principal->user) {
    return service.fail(*exchange, application_gone(*exchange->principal));
  }
  submit(service, exchange, compose(std::move(form), **found, core::wall_now()));
}

void read_and_submit(Service& service, const ExchangePtr& exchange) {
  auto form = read_message(exchange->incoming, exchange->target, *exchange->principal);
  if (!form) return service.fail(*exchange, form.error());
  if (const auto& application = exchange->principal->application) {
    return submit(service, exchange, compose(*std::move(form), *application, core::wall_now()));
  }
  service.on_worker(exchange, [&service, exchange, form = *std::move(form)]() mutable {
    submit_by_id(service, exchange, std::move(form));
  });
}

// The application of the path, if it is the user's own; else a 404 in the words of the route.
core::Result<core::ApplicationId> path_application(store::Finder& store, core::UserId user, std::uint64_t id,
                                                   const char* missing) {
  auto found = store.find_application(core::ApplicationId{id});
  if (!found) return std::move(found).error();
  if (!*found || (*found)->user != user) return core::failure(core::ErrorCode::not_found, missing);
  return (*found)->id;
}

template <class Owner>
net::Response list_page(Context& context, Owner owner, store::PageRequest page) {
  auto found = context.store.list_messages(owner, with_one_more(page));
  if (!found) return error(found.error());
  return json(page_json(context.target, page, *std::move(found)));
}

// Deletes `owner`'s messages and answers when they are gone.
template <class Owner>
void purge(Service& service, const ExchangePtr& exchange, Owner owner) {
  auto queued = service.publisher().delete_messages(owner, [&service, exchange](const core::Result<void>& done) {
    if (!done) return service.fail(*exchange, done.error());
    service.finish(*exchange, empty());
  });
  if (!queued) service.fail(*exchange, queued.error());
}

}  // namespace

void create_message(Service& service, const ExchangePtr& exchange) {
  if (exchange->incoming.body.size() <= kInlineBody) return read_and_submit(service, exchange);
  service.on_worker(exchange, [&service, exchange] { read_and_submit(service, exchange); });
}

net::Response list_messages(Context& context) {
  const auto page = read_page(context.target.query);
  if (!page) return error(page.error());
  return list_page(context, context.user(), *page);
}

void delete_messages(Service& service, const ExchangePtr& exchange) {
  purge(service, exchange, exchange->principal->user);
}

net::Response delete_message(Context& context) {
  const auto deleted = context.publisher.delete_message(context.user(), core::MessageId{context.id});
  if (!deleted && deleted.error().code == core::ErrorCode::not_found) return error(404, "message does not exist");
  return deleted ? empty() : error(deleted.error());
}

net::Response list_application_messages(Context& context) {
  const auto page = read_page(context.target.query);
  if (!page) return error(page.error());
  const auto application = path_application(context.store, context.user(), context.id, "application does not exist");
  if (!application) return error(application.error());
  return list_page(context, *application, *page);
}

void delete_application_messages(Service& service, const ExchangePtr& exchange) {
  service.on_worker(exchange, [&service, exchange] {
    const auto application =
        path_application(service.store(), exchange->principal->user, exchange->id, "application does not exists");
    if (!application) return service.fail(*exchange, application.error());
    purge(service, exchange, *application);
  });
}

}  // namespace push::api
