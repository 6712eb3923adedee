#include "api/context.hpp"

#include <utility>

#include "api/access_log.hpp"
#include "api/respond.hpp"

namespace push::api {

void Context::finish(net::Response response) {
  send(std::move(response), {});
}

void Context::fail(const core::Error& error) {
  const bool busy = error.code == core::ErrorCode::unavailable;
  send(api::error(error), busy ? std::string_view(error.text) : std::string_view());
}

void Context::on_worker(Work work, Queue queue) {
  core::WorkerPool::Job job([self = shared_from_this(), work = std::move(work)]() mutable { self->guarded(work); });
  if (!services.workers.submit(job, queue)) {
    fail(core::failure(core::ErrorCode::unavailable, "too many requests wait for a worker"));
  }
}

void Context::run(Place here) {
  if (const LateHandler* late = std::get_if<LateHandler>(&route->action)) return (*late)(*this);
  const Handler handler = std::get<Handler>(route->action);
  if (route->on == On::loop || here == Place::worker) return finish(handler(*this));
  on_worker([handler](Context& same) { same.finish(handler(same)); });
}

void Context::on_body(net::Reply again) {
  reply = std::move(again);
  request.body = raw.body();
  guarded([](Context& same) { same.run(Place::loop); });
}

void Context::send(net::Response response, std::string_view cause) {
  add_headers(response, std::move(headers));
  log.write(raw, response.status, start, cause);
  reply.send(std::move(response));
}

void Context::broken(std::string_view cause) {
  send(api::broken(), cause);
}

}  // namespace push::api
