#include "push/api/service.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "api/access_log.hpp"
#include "api/context.hpp"
#include "api/credentials.hpp"
#include "api/rate_limits.hpp"
#include "api/respond.hpp"
#include "api/routes.hpp"
#include "api/stream_caps.hpp"

namespace push::api {
namespace {

using Queue = core::WorkerPool::Queue;

constexpr std::size_t kFormLimit = 64 * 1024;  // of bodies other than messages and pictures

// The request that asked for the stream (open_stream).
const Context& context_of(const net::Admission& admission) {
  return *static_cast<const Context*>(admission.context.get());
}

bool reads_body(const Route& route) {
  return route.method == "POST" || route.method == "PUT";
}

net::BodyLimit limit_of(const Context& context) {
  const config::Http& limits = context.services.config.server.http;
  const core::Line sender = context.line();
  switch (context.route->body) {
    case Body::message:
      return {limits.messagelimit, "server.http.messagelimit", sender};
    case Body::image:
      return {limits.imagelimit, "server.http.imagelimit", sender};
    case Body::form:
      break;
  }
  return {kFormLimit, {}, sender};
}

}  // namespace

Service::Service(Services services)
    : services_(std::move(services)),
      log_(std::make_unique<AccessLog>(services_.proxies, services_.metrics)),
      rates_(std::make_unique<RateLimits>(services_.config.server, services_.metrics)),
      caps_(std::make_unique<StreamCaps>(services_.config.server.stream, services_.metrics)),
      untouched_(services_.metrics.counter("push_stream_untouched_total",
                                           "Streams whose client's last use was not written: the database's queue was "
                                           "full.")) {}

Service::~Service() = default;

void Service::handle(net::Request request, net::Reply reply) {
  const auto context = std::make_shared<Context>(services_, *log_, *caps_, std::move(request), std::move(reply));
  context->guarded([this](Context& begun) { begin(begun); });
}

net::Response Service::reject(const net::Request& request, unsigned status, std::string_view reason) {
  log_->write(request, status, std::nullopt, reason);
  return rejected(status, reason);
}

bool Service::allows_origin(const net::Request& request) {
  return services_.origins.allows_stream(request.header("Origin"), request.header("Host"));
}

net::Response Service::refuse(const net::Request& request, const net::Admission& admission, unsigned status,
                              std::string_view reason) {
  log_->write(request, status, context_of(admission).start, {});
  net::Response response = refused_handshake(status, reason);
  HeaderList common;
  services_.origins.judge(view_of(request), common);
  set_header(common, "Content-Type", response.content_type);
  add_headers(response, std::move(common));
  keep_private(response);
  return response;
}

// A deletion commits, then forgets (a new epoch), then disconnects. Here the stream joins the hub before the epoch is
// read. So either the epoch has changed, and the store tells that the client is gone, or the disconnect is yet to come.
// If the database has gone back to an earlier state since the stream was admitted, its cursor has lost its meaning. The
// epoch of the history is checked as that of the authenticator is.
void Service::opened(const net::Request& request, const net::Admission& admission) {
  const bool upgraded = admission.transport == stream::Transport::websocket;
  log_->write(request, upgraded ? kSwitchingProtocols : kStreaming, context_of(admission).start, {});
  if (services_.history.restarts() != context_of(admission).history_restarts)
    return services_.accounts.disconnect(admission.user, admission.client);
  if (services_.authenticator.epoch() == context_of(admission).epoch) return;
  core::WorkerPool::Job job(
      [this, principal = context_of(admission).principal] { services_.accounts.recheck(*principal); });
  if (services_.workers.submit(job, core::line_of(admission.user), Queue::look_ups)) return;
  services_.accounts.disconnect(admission.user, admission.client);  // the client reconnects when the queue is shorter
}

void Service::still_open(const std::vector<core::ClientId>& clients) {
  std::vector<core::ClientId> once = clients;
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  if (!services_.accounts.touch_clients(std::move(once), core::wall_now())) untouched_.add(clients.size());
}

void Service::begin(Context& context) {
  context.request = view_of(context.raw);
  Incoming& request = context.request;
  auto target = parse_target(context.raw.target());
  if (!target) return context.fail(target.error());
  request.target = *std::move(target);
  const Router router(routes());
  const Match match = router.find(request.method, request.target.path);
  if (match.route == nullptr) {
    if (auto location = router.redirect(request)) return context.finish(redirect(request.method, *std::move(location)));
  }
  const Gate gate = match.route == nullptr ? Gate::api : match.route->gate;
  if (gate != Gate::none) {
    const auto verdict = gate == Gate::stream ? services_.origins.judge_stream(request, context.headers)
                                              : services_.origins.judge(request, context.headers);
    if (verdict == OriginRules::Verdict::refuse) return context.finish(foreign_origin());
    if (verdict == OriginRules::Verdict::preflight) return context.finish(no_content());
  }
  if (match.route == nullptr) return context.finish(not_found("page not found"));
  context.route = match.route;
  context.id_text = match.id;
  context.rest = match.rest;
  if (gate != Gate::none && rates_->limits_addresses()) {
    if (auto allowed = rates_->admit(context.client_address()); !allowed) return context.fail(allowed.error());
  }
  if (match.route->access) return admit(context);
  receive(context);
}

void Service::admit(Context& context) {
  context.credentials = read_credentials(context.request, *context.route->access);
  if (auto allowed = check_cross_origin(context.request, context.credentials); !allowed) {
    return context.fail(allowed.error());
  }
  if (context.credentials.basic) context.credentials.basic->from = context.client_address();
  context.authenticate(
      [this](Context& same, core::Result<auth::Admitted> admission) { admitted(same, std::move(admission)); });
}

void Service::admitted(Context& context, core::Result<auth::Admitted> admission) {
  if (!admission) return context.fail(admission.error());
  context.principal = std::move(admission->principal);
  if (rates_->limits_principals()) {
    if (auto allowed = rates_->admit(*context.principal); !allowed) return context.fail(allowed.error());
  }
  if (admission->touched && context.credentials.from_cookie) {
    context.headers.emplace_back("Set-Cookie",
                                 session_cookie(context.credentials.token, services_.config.server.securecookie,
                                                context.principal->expires_after_inactivity_seconds));
  }
  if (!context.id_text.empty()) {
    const auto id = parse_id(context.id_text);
    if (!id) return context.finish(bad_request("invalid id"));
    context.id = *id;
  }
  receive(context);
}

void Service::receive(Context& context) {
  const Route& route = *context.route;
  if (route.check != nullptr) {
    if (auto allowed = route.check(context); !allowed) return context.fail(allowed.error());
  }
  if (!reads_body(route)) return context.run();
  const net::BodyLimit limit = limit_of(context);
  if (context.raw.is_complete() && context.request.body.size() <= limit.bytes) return context.run();
  context.reply.read_body(limit, context.shared_from_this());
}

}  // namespace push::api
