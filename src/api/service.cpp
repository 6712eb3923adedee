#include "push/api/service.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "api/access_log.hpp"
#include "api/credentials.hpp"
#include "api/exchange.hpp"
#include "api/respond.hpp"
#include "api/routes.hpp"
#include "api/session_cookie.hpp"
#include "push/api/context.hpp"
#include "push/core/check.hpp"
#include "push/go/text.hpp"
#include "push/net/trusted_proxies.hpp"

namespace push::api {
namespace {

net::Response with_status(unsigned status) {
  net::Response response;
  response.status = status;
  return response;
}

OriginRules compiled(const config::Server& server) {
  auto rules = OriginRules::compile(server);
  PUSH_CHECK(rules.has_value());
  return *std::move(rules);
}

net::TrustedProxies parsed(const config::Server& server) {
  auto proxies = net::TrustedProxies::parse(server.trustedproxies);
  PUSH_CHECK(proxies.has_value());
  return *std::move(proxies);
}

// What every answer of the route carries goes first, the answer's own headers replace it; but a configured Content-Type
// stands (gotify-spec 6.2).
void add_headers(net::Response& response, HeaderList common) {
  if (common.empty()) return;
  for (auto& [name, value] : response.headers) set_header(common, name, std::move(value));
  std::erase_if(common, [&response](const auto& header) {
    if (!go::same_ignoring_case(header.first, "Content-Type")) return false;
    response.content_type = header.second;
    return true;
  });
  response.headers = std::move(common);
}

}  // namespace

Service::Service(store::Finder& store, Accounts& accounts, auth::Authenticator& authenticator,
                 delivery::Publisher& publisher, files::ImageFolder& images, core::WorkerPool& workers,
                 metrics::Registry& metrics, const config::Config& config)
    : store_(store),
      accounts_(accounts),
      authenticator_(authenticator),
      publisher_(publisher),
      images_(images),
      workers_(workers),
      config_(config),
      origins_(compiled(config.server)),
      router_(routes()),
      log_(std::make_unique<AccessLog>(parsed(config.server))),
      responses_(),
      untouched_(metrics.counter("push_stream_untouched_total",
                                 "Streams whose client's last use was not written: the database's queue was full.")) {
  for (std::size_t digit = 1; digit < std::size(responses_); ++digit) {
    responses_[digit] = &metrics.counter("push_http_responses_total", "HTTP answers by class of status.",
                                         "code=\"" + std::to_string(digit) + "xx\"");
  }
}

Service::~Service() = default;

void Service::handle(net::Request request, net::Reply reply) {
  const auto exchange = std::make_shared<Exchange>(std::move(request), std::move(reply));
  guarded(*exchange, [this, &exchange] { begin(exchange); });
}

net::Response Service::reject(unsigned status, std::string_view reason) {
  count(status);
  net::Response response = error(status, reason);
  response.close = true;
  return response;
}

bool Service::allows_origin(const net::Request& request) {
  return origins_.allows_stream(request.header("Origin"), request.header("Host"));
}

net::Response Service::refuse(const net::Request& request, const net::Admission& admission, unsigned status,
                              std::string_view reason) {
  count(status);
  log_->write(request, status, admission.start, {});
  net::Response response = refused_handshake(status, reason);
  HeaderList common;
  origins_.judge(view_of(request), common);
  set_header(common, "Content-Type", response.content_type);
  add_headers(response, std::move(common));
  return response;
}

// Who deletes a client commits, then forgets (a new epoch), then disconnects; here the hub knows the stream, then the
// epoch is read. Either it has moved and the store tells that the client is gone, or the disconnect is still to come.
void Service::opened(const net::Request& request, const net::Admission& admission) {
  count(101);
  log_->write(request, 101, admission.start, {});
  if (authenticator_.epoch() == admission.epoch) return;
  core::WorkerPool::Job job(
      [this, user = admission.user, client = admission.client] { accounts_.recheck(user, client); });
  if (workers_.submit(job, Queue::look_ups)) return;
  accounts_.disconnect(admission.user, admission.client);  // the client comes back when there is less to do
}

void Service::still_open(const std::vector<core::ClientId>& clients) {
  std::vector<core::ClientId> once = clients;
  std::sort(once.begin(), once.end());
  once.erase(std::unique(once.begin(), once.end()), once.end());
  if (!accounts_.touch_clients(std::move(once), core::wall_now())) untouched_.add(clients.size());
}

void Service::begin(const ExchangePtr& exchange) {
  auto target = parse_target(exchange->incoming.target);
  if (!target) return fail(*exchange, target.error());
  exchange->target = *std::move(target);
  const Incoming& request = exchange->incoming;
  const Match match = router_.find(request.method, exchange->target.path);
  if (match.route == nullptr) {
    if (auto location = router_.redirect(request, exchange->target)) {
      return finish(*exchange, redirect(request.method, *std::move(location)));
    }
  }
  if (match.route == nullptr || match.route->gate == Gate::api) {
    const auto verdict = origins_.judge(request, exchange->headers);
    if (verdict == OriginRules::Verdict::refuse) return finish(*exchange, with_status(403));
    if (verdict == OriginRules::Verdict::preflight) return finish(*exchange, with_status(204));
  }
  if (match.route == nullptr) return finish(*exchange, error(404, "page not found"));
  exchange->route = match.route;
  exchange->id_text = match.id;
  exchange->rest = match.rest;
  if (match.route->access) return admit(exchange);
  run(exchange, Place::loop);
}

void Service::admit(const ExchangePtr& exchange) {
  const auth::Access access = *exchange->route->access;
  exchange->credentials = read_credentials(exchange->incoming, exchange->target.query);
  if (auto allowed = check_cross_origin(exchange->incoming, exchange->credentials); !allowed) {
    return fail(*exchange, allowed.error());
  }
  exchange->epoch = authenticator_.epoch();
  if (auto known = authenticator_.recall(access, exchange->credentials)) {
    return admitted(exchange, *std::move(known), Place::loop);
  }
  const auto authenticate = [this, exchange, access] {
    admitted(exchange, authenticator_.authenticate(access, exchange->credentials), Place::worker);
  };
  // bcrypt takes its time, and so does a list, which the worker that has found the token reads, too.
  const bool brief = !exchange->credentials.basic && exchange->route->on == On::loop;
  on_worker(exchange, authenticate, brief ? Queue::look_ups : Queue::jobs);
}

void Service::admitted(const ExchangePtr& exchange, core::Result<auth::Admitted> admission, Place place) {
  const auth::Credentials shown = std::exchange(exchange->credentials, {});
  if (!admission) return fail(*exchange, admission.error());
  exchange->principal = std::move(admission->principal);
  if (admission->touched && shown.from_cookie) {
    exchange->headers.emplace_back("Set-Cookie", session_cookie(shown.token, config_.server.securecookie));
  }
  if (!exchange->id_text.empty()) {
    const auto id = parse_id(exchange->id_text);
    if (!id) return finish(*exchange, error(400, "invalid id"));
    exchange->id = *id;
  }
  run(exchange, place);
}

void Service::run(const ExchangePtr& exchange, Place place) {
  const Route& route = *exchange->route;
  if (const Taker* taker = std::get_if<Taker>(&route.action)) return (*taker)(*this, exchange);
  const Handler handler = std::get<Handler>(route.action);
  if (route.on == On::loop || place == Place::worker) return call(*exchange, handler);
  on_worker(exchange, [this, exchange, handler] { call(*exchange, handler); });
}

void Service::call(Exchange& exchange, Handler handler) {
  Context context{store_,       accounts_,         authenticator_,  publisher_,         images_,
                  config_,      exchange.incoming, exchange.target, exchange.principal, exchange.id,
                  exchange.rest};
  finish(exchange, handler(context));
}

void Service::on_worker(const ExchangePtr& exchange, core::Callback<void()> work, Queue queue) {
  core::WorkerPool::Job job([this, exchange, work = std::move(work)]() mutable { guarded(*exchange, work); });
  if (!workers_.submit(job, queue)) {
    fail(*exchange, core::failure(core::ErrorCode::unavailable, "too many requests wait for a worker"));
  }
}

void Service::finish(Exchange& exchange, net::Response response) {
  send(exchange, std::move(response), {});
}

void Service::fail(Exchange& exchange, const core::Error& error) {
  const bool busy = error.code == core::ErrorCode::unavailable;
  send(exchange, api::error(error), busy ? std::string_view(error.text) : std::string_view());
}

void Service::send(Exchange& exchange, net::Response response, std::string_view cause) {
  add_headers(response, std::move(exchange.headers));
  count(response.status);
  log_->write(exchange.request, response.status, exchange.start, cause);
  exchange.reply.send(std::move(response));
}

void Service::count(unsigned status) {
  const std::size_t digit = status / 100;
  if (digit > 0 && digit < std::size(responses_)) responses_[digit]->add();
}

// Exceptions of libraries stop here: an empty 500, as Gotify answers a panic (gotify-spec 1.0).
template <class Work>
void Service::guarded(Exchange& exchange, Work&& work) {
  try {
    work();
  } catch (const std::exception& thrown) {
    send(exchange, with_status(500), thrown.what());
  }
}

}  // namespace push::api
