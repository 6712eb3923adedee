#include "api/context.hpp"

#include <string>
#include <utility>

#include "api/access_log.hpp"
#include "api/respond.hpp"

namespace push::api {
namespace {

// Calls the handler of its route.
void handle_routed(Context& context) {
  if (const LateHandler* late = std::get_if<LateHandler>(&context.route->action)) return (*late)(context);
  context.finish(std::get<Handler>(context.route->action)(context));
}

}  // namespace

core::Error too_many_answers() {
  return core::failure(core::ErrorCode::unavailable, "too many large answers are being read");
}

core::Line Context::line() const {
  if (principal == nullptr || principal->kind == auth::Principal::Kind::anonymous) return {};
  if (principal->application != nullptr) return core::line_of(principal->application->id);
  return core::line_of(principal->user);
}

void Context::finish(net::Response response) {
  send(std::move(response), {});
}

void Context::fail(const core::Error& error) {
  const bool busy = error.code == core::ErrorCode::unavailable;
  send(api::error(error), busy ? std::string_view(error.text) : std::string_view());
}

std::optional<core::Address> Context::client_address() const {
  const std::string forwarded = services.proxies.any() ? std::string(raw.header("X-Forwarded-For")) : std::string();
  return core::Address::parse(services.proxies.client_of(request.peer, forwarded));
}

// Strangers wait by address.
core::Line Context::job_line() const {
  if (const core::Line known = line(); known != core::Line{}) return known;
  return core::line_of(client_address());
}

void Context::finish_without(std::vector<std::string> images, net::Response response) {
  std::erase(images, std::string());
  if (images.empty()) return finish(std::move(response));
  const auto answer = std::make_shared<net::Response>(std::move(response));
  core::WorkerPool::Job job([self = shared_from_this(), images = std::move(images), answer] {
    for (const std::string& image : images) self->services.images.remove(image);
    self->finish(std::move(*answer));
  });
  if (!services.workers.submit(job, job_line())) finish(std::move(*answer));
}

void Context::on_worker(Work work, Queue queue) {
  core::WorkerPool::Job job([self = shared_from_this(), work = std::move(work)]() mutable {
    self->guarded([&work](Context& same) {
      if (!same.services.workers.is_stopping()) return work(same);
      same.fail(core::failure(core::ErrorCode::unavailable, "the server is stopping"));
    });
  });
  if (auto taken = services.workers.submit(job, job_line(), queue); !taken) fail(taken.error());
}

void Context::on_password(Work work) {
  auto check = [departed = reply.watch(), work = std::move(work)](Context& same) mutable {
    if (departed->load(std::memory_order_relaxed)) {
      same.log.count_abandoned();  // and not as an answer: nobody is there to read it
      return same.reply.send(error(core::failure(core::ErrorCode::unavailable, "closed before the password's turn")));
    }
    work(same);
  };
  on_worker(std::move(check), Queue::passwords);
}

void Context::look_up(Admitting then) {
  auto ask = [then = std::move(then)](Context& same) mutable {
    then(same, same.services.authenticator.authenticate(*same.route->access, same.credentials));
  };
  if (credentials.basic) return on_password(std::move(ask));
  on_worker(std::move(ask), Queue::look_ups);
}

void Context::run() {
  credentials = {};
  const bool embedded = route->on == On::web && services.config.uidir.empty();
  if (route->on == On::loop || embedded) return handle_routed(*this);
  on_worker(&handle_routed);
}

void Context::on_body(net::Reply again) {
  reply = std::move(again);
  request.body = raw.body();
  guarded([](Context& same) { same.come_back(); });
}

void Context::come_back() {
  if (!route->access || epoch == services.authenticator.epoch()) return run();
  authenticate([](Context& same, core::Result<auth::Admitted> admission) {
    if (!admission) return same.fail(admission.error());
    same.principal = std::move(admission->principal);
    same.run();
  });
}

bool Context::reserve(std::size_t bytes) {
  if (bytes <= reserved_bytes_) return true;
  auto charge =
      services.responses.charge(bytes, line());  // besides the former one: a text that grows is there twice meanwhile
  if (!charge) return false;
  reserved_ = *std::move(charge);
  reserved_bytes_ = bytes;
  return true;
}

void Context::send(net::Response response, std::string_view cause) {
  if (!afford(response)) {
    cause = "server.http.responsebudget is spent on answers that are not read";
    response = api::error(too_many_answers());
  }
  add_headers(response, std::move(headers));
  if (route == nullptr || route->gate != Gate::none) keep_private(response);
  log.write(raw, response.status, start, cause);
  if (route != nullptr && route->body == Body::message) log.time_post(start);
  response.line = line();
  reply.send(std::move(response));
}

// Counts the answer's memory, unless it is nobody's own: an embedded file's, or a shared one's.
bool Context::afford(net::Response& response) {
  if (reserved_) {
    response.body = net::ResponseBudget::keep(std::move(response.body), std::move(reserved_));
    return true;
  }
  const std::size_t size = response.body.view.size();
  if (size <= net::ResponseBudget::kFree || !response.body.owner.owns() || response.shared_body) return true;
  auto charge = services.responses.charge(size, line());
  if (!charge) return false;
  response.body = net::ResponseBudget::keep(std::move(response.body), *std::move(charge));
  return true;
}

void Context::broken(std::string_view cause) {
  send(api::broken(), cause);
}

}  // namespace push::api
