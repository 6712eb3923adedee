// Handlers called straight from the table, on a store in memory and requests built from literals. Two users with one
// application each, and a client of the first one, which makes the requests.
#pragma once
#include <gtest/gtest.h>

#include <deque>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/access_log.hpp"
#include "api/context.hpp"
#include "api/routes.hpp"
#include "api/stream_caps.hpp"
#include "push/core/log.hpp"
#include "push/hub/hub.hpp"
#include "push/stream/courier.hpp"
#include "support/memory_store.hpp"

namespace push::api {

// Records whose streams were to be closed, and whether the authenticator had forgotten them by then.
struct Closings final : stream::Courier {
  explicit Closings(const auth::Authenticator& a) : authenticator(a), seen(a.epoch()) {}
  void deliver(hub::LoopSet, const stream::Message&) override {}
  void disconnect(hub::LoopSet, hub::Selection which) override {
    const std::string client = which.client ? ":C" + std::to_string(core::value(*which.client)) : "";
    closed.push_back(std::to_string(core::value(which.user)) + client +
                     (authenticator.epoch() > seen ? "" : " before it was forgotten"));
  }
  std::size_t backlog() const override { return 0; }

  const auth::Authenticator& authenticator;
  std::uint64_t seen;
  std::vector<std::string> closed;
};

// Who is online is what a test says.
struct Online final : net::Presence {
  std::vector<net::OnlineKey> online(const Query& query) override {
    asked.push_back(core::value(*query.user));
    return keys;
  }
  std::vector<net::OnlineKey> keys;
  std::vector<std::uint64_t> asked;
};

// Receives what a handler answers later.
struct Receiver final : net::ReplyReceiver {
  void watch(std::uint64_t, net::Departed) override {}
  void answer(std::uint64_t, net::Response response) override { answered.set_value(std::move(response)); }
  void read_body(std::uint64_t, net::BodyLimit, std::shared_ptr<net::BodyReceiver>) override {}
  void stream(std::uint64_t, net::Request, net::Admission) override {}

  std::promise<net::Response> answered;
};

class HandlerTest : public testing::Test {
 protected:
  using Kind = auth::Principal::Kind;

  explicit HandlerTest(auth::Options options = {}) : authenticator(store, options, metrics) {
    store.add_user(1, "admin", "", true);
    store.add_user(2, "plain", "", false);
    store.add_application(1, 1, "Aone", "one");
    store.add_application(2, 2, "Atwo", "two");
    store.add_client(1, 1, "Cone");
    store.add_client(2, 2, "Ctwo");
    for (const std::uint64_t user : {1, 2}) hub.join(core::UserId{user}, 0);
    config.passstrength = 4;
    spdlog::set_level(spdlog::level::off);  // the access log would ask net::Request, which is empty here
    principal.kind = Kind::client;
    principal.user = core::UserId{1};
    principal.admin = true;
    principal.client = core::ClientId{1};
  }

  ~HandlerTest() override { spdlog::set_level(level); }

  void add_messages(std::uint64_t application, int count) {
    for (int i = 0; i < count; ++i) {
      model::Message message;
      message.id = core::MessageId{store.messages.size() + 1};
      message.application = core::ApplicationId{application};
      message.message = "m";
      store.messages.push_back(std::move(message));
    }
  }

  net::Response call(std::string_view method, std::string_view target, std::string_view body = {}) {
    Incoming request;
    request.method = method;
    request.content_type = "application/json";
    request.authorization = authorization;
    request.body = body;
    return call(request, target);
  }
  net::Response call(Incoming request, std::string_view target) {
    request.target = *parse_target(target);
    Receiver& receiver = receivers.emplace_back();
    const auto context = std::make_shared<Context>(services, log, stream_caps, net::Request(), net::Reply(receiver, 0));
    context->request = std::move(request);
    context->principal = std::make_shared<const auth::Principal>(principal);
    const Match match = Router(routes()).find(context->request.method, context->request.target.path);
    EXPECT_NE(match.route, nullptr) << context->request.method << ' ' << target;
    if (match.route == nullptr) return {};
    context->id = parse_id(match.id).value_or(0);
    context->rest = match.rest;
    if (const auto* handler = std::get_if<Handler>(&match.route->action)) return (*handler)(*context);
    std::get<LateHandler>(match.route->action)(*context);
    return receiver.answered.get_future().get();
  }
  // "404 text" of an error, otherwise "200 body".
  std::string answer(std::string_view method, std::string_view target, std::string_view body = {}) {
    const net::Response response = call(method, target, body);
    const std::string text(response.body.view);
    const std::string key = "\"errorDescription\":\"";
    const std::size_t at = text.find(key);
    const std::string rest =
        at == std::string::npos ? text : text.substr(at + key.size(), text.size() - at - key.size() - 2);
    return std::to_string(response.status) + (rest.empty() ? "" : " ") + rest;
  }
  // How often everything was forgotten meanwhile.
  template <class Work>
  std::uint64_t forgotten_by(Work work) {
    const std::uint64_t before = authenticator.epoch();
    work();
    return authenticator.epoch() - before;
  }

  const spdlog::level::level_enum level = spdlog::get_level();
  metrics::Registry metrics;
  test::MemoryStore store;
  auth::Authenticator authenticator;
  hub::Hub hub{1};
  Closings closings{authenticator};
  core::WorkerPool workers{1, 1};
  delivery::History history{store, workers, metrics, 10000};
  delivery::Publisher publisher{store, hub, closings, history, metrics, 64};
  Accounts accounts{store, authenticator, publisher};
  files::ImageFolder images{""};
  files::FileCache files{1 << 20};
  net::ResponseBudget responses{std::size_t{64} << 20, metrics};
  Online presence;
  Readiness readiness{store};
  DeliveryTests tests{publisher, metrics};
  config::Config config;
  std::deque<Receiver> receivers;
  const Services services{.config = config,
                          .metrics = metrics,
                          .workers = workers,
                          .store = store,
                          .authenticator = authenticator,
                          .accounts = accounts,
                          .publisher = publisher,
                          .history = history,
                          .images = images,
                          .files = files,
                          .responses = responses,
                          .presence = presence,
                          .readiness = readiness,
                          .tests = tests,
                          .origins = *OriginRules::compile({}),
                          .proxies = *TrustedProxies::parse({}),
                          .node = "here"};
  AccessLog log{services.proxies, metrics};
  StreamCaps stream_caps{config.server.stream, metrics};
  auth::Principal principal;
  std::string authorization;

 private:
};

}  // namespace push::api
