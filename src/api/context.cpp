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

void Context::finish_without(std::vector<std::string> images, net::Response response) {
  std::erase(images, std::string());
  if (images.empty()) return finish(std::move(response));
  const auto answer = std::make_shared<net::Response>(std::move(response));
  core::WorkerPool::Job job([self = shared_from_this(), images = std::move(images), answer] {
    for (const std::string& image : images) self->services.images.remove(image);
    self->finish(std::move(*answer));
  });
  if (!services.workers.submit(job)) finish(std::move(*answer));
}

void Context::on_worker(Work work, Queue queue) {
  core::WorkerPool::Job job([self = shared_from_this(), work = std::move(work)]() mutable { self->guarded(work); });
  if (!services.workers.submit(job, queue)) {
    fail(core::failure(core::ErrorCode::unavailable, "too many requests wait for a worker"));
  }
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
