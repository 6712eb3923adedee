// Handlers called straight from the table, on a store in memory and requests built from literals. Two users with one
// application each, and a client of the first one, which makes the requests.
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "api/access_log.hpp"
#include "api/context.hpp"
#include "api/routes.hpp"
#include "push/cluster/backplane.hpp"
#include "push/hub/hub.hpp"
#include "push/stream/courier.hpp"
#include "support/memory_store.hpp"

namespace push::api {

// Records whose streams were to be closed, and whether the authenticator had forgotten them by then.
struct Closings final : stream::Courier {
  explicit Closings(const auth::Authenticator& a) : authenticator(a), seen(a.epoch()) {}
  void deliver(hub::LoopSet, const stream::Message&) override {}
  void disconnect(hub::LoopSet, hub::Key key) override {
    closed.push_back(hub::text(key) + (authenticator.epoch() > seen ? "" : " before it was forgotten"));
  }
  std::size_t backlog() const override { return 0; }

  const auth::Authenticator& authenticator;
  std::uint64_t seen;
  std::vector<std::string> closed;
};

// Never called: handlers return their answers.
struct Nobody final : net::ReplyReceiver {
  void answer(std::uint64_t, net::Response) override {}
  void stream(std::uint64_t, net::Request, net::Admission) override {}
};

class HandlerTest : public testing::Test {
 protected:
  using Kind = auth::Principal::Kind;

  HandlerTest() {
    store.add_user(1, "admin", "", true);
    store.add_user(2, "plain", "", false);
    store.add_application(1, 1, "Aone", "one");
    store.add_application(2, 2, "Atwo", "two");
    store.add_client(1, 1, "Cone");
    store.add_client(2, 2, "Ctwo");
    for (const std::uint64_t user : {1, 2}) hub.join(core::UserId{user}, 0);
    config.passstrength = 4;
    principal.kind = Kind::client;
    principal.user = core::UserId{1};
    principal.admin = true;
    principal.client = core::ClientId{1};
  }

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
    const auto context = std::make_shared<Context>(services, log, net::Request(), net::Reply(nobody, 0));
    context->request = std::move(request);
    context->principal = std::make_shared<const auth::Principal>(principal);
    const Match match = Router(routes()).find(context->request.method, context->request.target.path);
    const auto* handler = match.route == nullptr ? nullptr : std::get_if<Handler>(&match.route->action);
    EXPECT_NE(handler, nullptr) << context->request.method << ' ' << target;
    if (handler == nullptr) return {};
    context->id = parse_id(match.id).value_or(0);
    context->rest = match.rest;
    return (*handler)(*context);
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

  test::MemoryStore store;
  auth::Authenticator authenticator{store, {}};
  hub::Hub hub{1};
  Closings closings{authenticator};
  cluster::Standalone backplane;
  metrics::Registry metrics;
  delivery::Publisher publisher{store, hub, closings, backplane, metrics, 64};
  Accounts accounts{store, authenticator, publisher, backplane};
  files::ImageFolder images{""};
  files::FileCache files{1 << 20};
  net::ResponseBudget responses{std::size_t{64} << 20, metrics};
  config::Config config;
  core::WorkerPool workers{1, 1};
  const Services services{.config = config,
                          .metrics = metrics,
                          .workers = workers,
                          .store = store,
                          .authenticator = authenticator,
                          .accounts = accounts,
                          .publisher = publisher,
                          .images = images,
                          .files = files,
                          .responses = responses,
                          .origins = *OriginRules::compile({}),
                          .proxies = *TrustedProxies::parse({})};
  AccessLog log{services.proxies, metrics};
  Nobody nobody;
  auth::Principal principal;
  std::string authorization;
};

}  // namespace push::api
