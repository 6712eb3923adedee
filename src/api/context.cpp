#include "api/context.hpp"

#include <utility>

#include "api/access_log.hpp"
#include "api/respond.hpp"

namespace push::api {

core::Error too_many_answers() {
  return core::failure(core::ErrorCode::unavailable, "too many large answers are being read");
}

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

void Context::send(net::Response response, std::string_view cause) {
  if (!afford(response)) {
    cause = "server.http.responsebudget is spent on answers that are not read";
    response = api::error(too_many_answers());
  }
  add_headers(response, std::move(headers));
  if (route == nullptr || route->gate == Gate::api) keep_private(response);
  log.write(raw, response.status, start, cause);
  reply.send(std::move(response));
}

// Counts the answer's memory, unless it is nobody's own: an embedded file's, or a shared one's.
bool Context::afford(net::Response& response) {
  const std::size_t size = response.body.view.size();
  if (size <= net::ResponseBudget::kFree || !response.body.owner.owns() || response.shared_body) return true;
  auto charge = services.responses.charge(size);
  if (!charge) return false;
  response.body = net::ResponseBudget::keep(std::move(response.body), *std::move(charge));
  return true;
}

void Context::broken(std::string_view cause) {
  send(api::broken(), cause);
}

}  // namespace push::api
