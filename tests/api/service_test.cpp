// The whole service behind a real listener, over a store in memory. One loop and one worker, so that the store is never
// used by two threads at once; the test itself touches it only before the start and after the end.
#include "push/api/service.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <stdexcept>
#include <string>
#include <thread>

#include "api/ask.hpp"
#include "push/auth/password.hpp"
#include "push/net/loop_pool.hpp"
#include "support/empty_archive.hpp"
#include "support/memory_store.hpp"

namespace push::api {
namespace {

constexpr const char* kUnauthorized =
    R"({"error":"Unauthorized","errorCode":401,"errorDescription":"you need to provide a valid access token or user credentials to access this api"})";

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    settings.server.listenaddr = "127.0.0.1";
    settings.server.threads = 1;
    settings.server.responseheaders = {{"X-Own", "yes"}};
    settings.server.cors.alloworigins = {"friend"};
    store.add_user(1, "admin", *auth::hash_password("pw", 4), true);
    store.add_application(1, 1, "Aone", "one").default_priority = 3;
    store.add_application(2, 9, "Aother", "other");
    store.add_client(1, 1, "Cone");
  }

  // Starts everything, runs `talk` with the port, and takes everything down.
  void with_service(std::size_t queue, const std::function<void(std::uint16_t)>& talk) {
    hub::Hub hub(1);
    net::ResponseBudget responses(settings.server.http.responsebudget, metrics);
    core::WorkerPool workers(1, queue);
    delivery::History history(store, workers, metrics, settings.server.stream.resumelimit);
    net::LoopPool loops(settings.server, hub, metrics, history);
    auth::Options quick;
    quick.password_cost = 4;
    auth::Authenticator authenticator(store, quick, metrics);
    delivery::Publisher publisher(store, hub, loops, history, metrics, 1024);
    files::ImageFolder images("");
    files::FileCache files(0);
    Accounts accounts(store, authenticator, publisher);
    Readiness readiness(store);
    DeliveryTests tests(publisher, metrics);
    Service service({.config = settings,
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
                     .presence = loops,
                     .readiness = readiness,
                     .tests = tests,
                     .origins = *OriginRules::compile(settings.server),
                     .proxies = *TrustedProxies::parse(settings.server.trustedproxies)});
    const auto port = loops.listen("127.0.0.1", 0, service, &service);
    ASSERT_TRUE(port) << port.error().text;
    loops.start();
    talk(*port);
    loops.stop_accepting();
    workers.stop();
    loops.stop();
  }

  test::MemoryStore store;
  config::Config settings;
  metrics::Registry metrics;
};

TEST_F(ServiceTest, AMessageIsStoredAndAnswered) {
  with_service(16, [](std::uint16_t port) {
    for (const int id : {1, 2}) {  // from the store, then from memory
      const std::string answer = ask(port, request("POST //message?token=Aone&message=m", "", ""));
      EXPECT_EQ(status(answer), "200");
      EXPECT_EQ(header(answer, "Content-Type"), "application/json");
      EXPECT_EQ(header(answer, "X-Own"), "yes");
      EXPECT_TRUE(body(answer).starts_with("{\"id\":" + std::to_string(id) +
                                           R"(,"appid":1,"message":"m","title":"one","priority":3,"date":")"))
          << answer;
    }
    // A body too large for a loop goes to a worker.
    const std::string large(100'000, 'x');
    EXPECT_EQ(status(ask(port, request("POST /message",
                                       "X-Gotify-Key: Aone\r\nContent-Type: application/x-www-form-urlencoded\r\n",
                                       "message=" + large))),
              "200");
  });
  EXPECT_EQ(store.lookups, 1);
  ASSERT_EQ(store.messages.size(), 3u);
  EXPECT_EQ(store.messages[2].message.size(), 100'000u);
}

TEST_F(ServiceTest, AClientNamesOneOfItsOwnApplications) {
  with_service(16, [](std::uint16_t port) {
    const auto post = [port](const std::string& query) {
      return ask(port, request("POST /message?token=Cone&message=m" + query));
    };
    EXPECT_EQ(
        body(post("")),
        R"({"error":"Bad Request","errorCode":400,"errorDescription":"appid is required when not authenticating with an application token"})");
    for (const char* appid : {"&appid=2", "&appid=99"}) {
      EXPECT_EQ(body(post(appid)), R"({"error":"Bad Request","errorCode":400,"errorDescription":"appid not found"})");
    }
    EXPECT_EQ(status(post("&appid=1")), "200");
    EXPECT_EQ(status(ask(port, request("POST /message?message=m&appid=1", "Authorization: Basic YWRtaW46cHc=\r\n"))),
              "200");
  });
  EXPECT_EQ(store.messages.size(), 2u);
}

TEST_F(ServiceTest, AuthComesBeforeIdsAndBodies) {
  with_service(16, [](std::uint16_t port) {
    for (const char* line : {"GET /message", "POST /message?token=bad", "GET /application/x/message", "GET /stream",
                             "GET /current/user?token=Aone", "DELETE /message/1?token=gtf", "GET /message?token=bad"}) {
      const std::string answer = ask(port, request(line, "X-Gotify-Key: \r\n"));
      EXPECT_EQ(status(answer), "401") << line;
      EXPECT_EQ(body(answer), kUnauthorized) << line;
      EXPECT_EQ(header(answer, "WWW-Authenticate"), "") << line;
    }
    EXPECT_EQ(body(ask(port, request("POST /message?token=gtfyx"))),
              R"({"error":"Unauthorized","errorCode":401,"errorDescription":"cannot parse token: token must have 2 or )"
              R"(4 fields separated by dots"})");
    EXPECT_EQ(body(ask(port, request("GET /application/x/message?token=Cone"))),
              R"({"error":"Bad Request","errorCode":400,"errorDescription":"invalid id"})");
    EXPECT_EQ(status(ask(port, request("GET /application/001/message?token=Cone"))), "200");
    EXPECT_EQ(
        body(ask(port,
                 request("POST /application", "Cookie: gotify-client-token=Cone\r\nSec-Fetch-Site: cross-site\r\n"))),
        R"({"error":"Forbidden","errorCode":403,"errorDescription":"cross-origin request detected from Sec-Fetch-Site header"})");
  });
}

TEST_F(ServiceTest, AnApplicationThatIsGoneMeanwhileIsUnauthorizedAndForgotten) {
  store.append_answer = core::failure(core::ErrorCode::not_found, "no such application");
  with_service(16, [](std::uint16_t port) {
    for (int i = 0; i < 2; ++i) {
      const std::string answer = ask(port, request("POST /message?token=Aone&message=m"));
      EXPECT_EQ(status(answer), "401");
      EXPECT_EQ(body(answer), kUnauthorized);
    }
    EXPECT_EQ(body(ask(port, request("POST /message?token=Cone&message=m&appid=1"))),
              R"({"error":"Bad Request","errorCode":400,"errorDescription":"appid not found"})");
  });
  // Twice the application; then the token of no application, its client, its user, and the application of the form.
  EXPECT_EQ(store.lookups, 6);
}

TEST_F(ServiceTest, MessagesAreDeletedAllTogetherOrByTheirApplication) {
  for (std::uint64_t id = 1; id <= 4; ++id) {
    model::Message& message = store.messages.emplace_back();
    message.id = core::MessageId{id};
    message.application = core::ApplicationId{id == 4 ? 2U : 1U};
  }
  store.add_application(3, 1, "Athree", "three");
  with_service(16, [](std::uint16_t port) {
    const auto purge = [port](const std::string& target) {
      return ask(port, request("DELETE " + target + "?token=Cone"));
    };
    for (const char* target : {"/application/2/message", "/application/99/message", "/application/0/message"}) {
      EXPECT_EQ(body(purge(target)),
                R"({"error":"Not Found","errorCode":404,"errorDescription":"application does not exists"})")
          << target;
    }
    EXPECT_EQ(status(purge("/application/3/message")), "200");
    EXPECT_NE(body(ask(port, request("GET /message?token=Cone"))).find("\"size\":3,"), std::string::npos);
    for (const char* target : {"/application/1/message", "/message", "/message"}) {
      const std::string answer = purge(target);
      EXPECT_EQ(status(answer), "200") << target;
      EXPECT_EQ(body(answer), "") << target;
      EXPECT_EQ(header(answer, "Content-Type"), "application/json") << target;
    }
    EXPECT_EQ(body(ask(port, request("GET /message?token=Cone"))),
              R"({"paging":{"size":0,"since":0,"limit":100},"messages":[]})");
  });
  ASSERT_EQ(store.messages.size(), 1u) << "another user's message is left";
  EXPECT_EQ(store.messages[0].id, core::MessageId{4});
}

TEST_F(ServiceTest, AStoreThatIsAwayIs503NeverUnauthorized) {
  store.broken = true;
  with_service(16, [](std::uint16_t port) {
    for (const char* line : {"POST /message?token=Aone&message=m", "GET /message?token=Cone", "GET /stream?token=Cone",
                             "POST /auth/logout?token=Cone", "POST /user?token=Cone"}) {
      const std::string answer = ask(port, request(line));
      EXPECT_EQ(status(answer), "503") << line;
      EXPECT_EQ(header(answer, "Retry-After"), "1");
      EXPECT_EQ(body(answer),
                R"({"error":"Service Unavailable","errorCode":503,"errorDescription":"the database is unavailable"})");
    }
  });
}

TEST_F(ServiceTest, APurgeThatTheStoreRefusesIsAnswered) {
  with_service(16, [this](std::uint16_t port) {
    EXPECT_EQ(status(ask(port, request("GET /current/user?token=Cone"))), "200");  // remembered from here on
    store.broken = true;
    for (const char* target : {"/message", "/application/1/message"}) {
      EXPECT_EQ(status(ask(port, request("DELETE " + std::string(target) + "?token=Cone"))), "503") << target;
    }
  });
}

TEST_F(ServiceTest, AMessageThatTheStoreRefusesIsAnswered) {
  store.append_answer = core::failure(core::ErrorCode::unavailable, "the disk is full");
  with_service(16, [](std::uint16_t port) {
    const std::string answer = ask(port, request("POST /message?token=Aone&message=m"));
    EXPECT_EQ(status(answer), "503");
    EXPECT_EQ(body(answer), R"({"error":"Service Unavailable","errorCode":503,"errorDescription":"the disk is full"})");
  });
}

TEST_F(ServiceTest, AFullWorkerQueueIs503WhereAWorkerIsNeeded) {
  with_service(0, [](std::uint16_t port) {
    for (const char* line : {"POST /message?token=Aone&message=m", "GET /message?token=Cone"}) {
      const std::string answer = ask(port, request(line));
      EXPECT_EQ(status(answer), "503") << line;
      EXPECT_EQ(header(answer, "Retry-After"), "1");
      EXPECT_EQ(
          body(answer),
          R"({"error":"Service Unavailable","errorCode":503,"errorDescription":"too many requests wait for a worker"})");
    }
    const std::string password = ask(port, request("GET /message", "Authorization: Basic YWRtaW46cHc=\r\n"));
    EXPECT_EQ(status(password), "503");
    EXPECT_NE(body(password).find("too many passwords wait to be checked"), std::string::npos) << password;
    for (const char* page :
         {"GET /version", "GET /health", "GET /", "GET /index.html", "GET /manifest.json", "GET /static/docs.js"}) {
      EXPECT_EQ(status(ask(port, request(page))), "200") << page;
    }
    EXPECT_EQ(status(ask(port, request("GET /message"))), "401");
    EXPECT_EQ(status(ask(port, request("GET /nope"))), "404");
  });
  EXPECT_EQ(store.lookups, 0);
}

TEST_F(ServiceTest, UnknownTokensHoldNoPageUp) {
  with_service(16, [this](std::uint16_t port) {
    EXPECT_EQ(status(ask(port, request("GET /current/user?token=Cone"))), "200");  // remembered from here on
    std::promise<void> done, begun;
    store.during_lookup = [&begun, end = done.get_future().share()] {
      begun.set_value();
      end.wait();
    };
    std::thread stranger([port] { EXPECT_EQ(status(ask(port, request("GET /message?token=Cguess"))), "401"); });
    begun.get_future().wait();
    for (const char* line : {"GET /message?token=Cone", "GET /health"})
      EXPECT_EQ(status(ask(port, request(line))), "200") << line;
    done.set_value();
    stranger.join();
  });
}

TEST_F(ServiceTest, AnExceptionIsAnEmpty500) {
  store.during_lookup = [] { throw std::runtime_error("a defect"); };
  with_service(16, [](std::uint16_t port) {
    const std::string answer = ask(port, request("GET /message?token=Cone"));
    EXPECT_EQ(status(answer), "500");
    EXPECT_EQ(body(answer), "");
    EXPECT_EQ(status(ask(port, request("GET /version"))), "200");
  });
}

TEST_F(ServiceTest, HeadersAndCorsStandOnApiRoutesOnly) {
  settings.server.responseheaders["content-type"] = "application/vnd.own";
  with_service(16, [](std::uint16_t port) {
    const std::string foreign = "Origin: http://evil\r\n";
    const std::string friendly = "Origin: http://friend\r\n";
    for (const char* line : {"GET /version", "GET /nope", "GET /stream", "OPTIONS /message"}) {
      const std::string answer = ask(port, request(line, foreign));
      EXPECT_EQ(status(answer), "403") << line;
      EXPECT_EQ(body(answer), "") << line;
      EXPECT_EQ(header(answer, "X-Own"), "yes") << line;
    }
    const std::string version = ask(port, request("GET /version", friendly));
    EXPECT_EQ(status(version), "200");
    EXPECT_EQ(header(version, "Access-Control-Allow-Origin"), "http://friend");
    EXPECT_EQ(header(version, "Content-Type"), "application/vnd.own");
    EXPECT_EQ(version.find("content-type: "), std::string::npos);
    EXPECT_EQ(status(ask(port, request("OPTIONS /nope", friendly))), "204");
    EXPECT_EQ(status(ask(port, request("OPTIONS /nope"))), "200");

    const std::string health = ask(port, request("GET /health", foreign));
    EXPECT_EQ(status(health), "200");
    EXPECT_EQ(header(health, "X-Own"), "");
    EXPECT_EQ(header(health, "Content-Type"), "application/json; charset=utf-8");
    const std::string redirected = ask(port, request("GET /message/?limit=1", foreign));
    EXPECT_EQ(status(redirected), "301");
    EXPECT_EQ(header(redirected, "Location"), "/message?limit=1");
    EXPECT_EQ(header(redirected, "X-Own"), "");
  });
}

TEST_F(ServiceTest, TheStreamIsUpgradedOrRefusedInGotifysWords) {
  with_service(16, [](std::uint16_t port) {
    const std::string stranger = ask(port, request("GET /stream?token=Cnobody"));
    EXPECT_EQ(status(stranger) + header(stranger, "Cache-Control"), "401no-store");
    const std::string plain = ask(port, request("GET /stream?token=Cone"));
    EXPECT_EQ(status(plain), "400");
    EXPECT_EQ(header(plain, "Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(header(plain, "Sec-Websocket-Version"), "13");
    EXPECT_EQ(header(plain, "X-Content-Type-Options"), "nosniff");
    EXPECT_TRUE(body(plain).starts_with("Bad Request\n{\"error\":\"Bad Request\",\"errorCode\":400,")) << plain;

    const std::string upgrade =
        "GET /stream?token=Cone HTTP/1.1\r\nHost: push\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    const std::string strange = ask(port, upgrade + "Origin: http://friend\r\n\r\n");  // passes the first gate only
    EXPECT_EQ(status(strange), "403");
    EXPECT_TRUE(body(strange).starts_with("Forbidden\n{\"error\":\"Forbidden\",\"errorCode\":403,")) << strange;
  });
}

TEST_F(ServiceTest, BytesThatAreNoRequestGetAJsonError) {
  with_service(16, [](std::uint16_t port) {
    const std::string answer = ask(port, "nonsense\r\n\r\n");
    EXPECT_EQ(status(answer), "400");
    EXPECT_TRUE(body(answer).starts_with(R"({"error":"Bad Request","errorCode":400,"errorDescription":")")) << answer;
  });
  EXPECT_EQ(metrics.counter("push_http_responses_total", "", "code=\"4xx\"").value(), 1u);
}

}  // namespace
}  // namespace push::api
