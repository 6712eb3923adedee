// A request is decided from its header: strangers send no bodies, and see why.
#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

constexpr std::size_t kLarge = 30 << 20;

class EarlyAnswer : public ApiTest {
 protected:
  static std::string header(const std::string& request_line, const Lines& fields) {
    std::string bytes = request_line + " HTTP/1.1\r\nHost: localhost\r\n";
    for (const std::string& field : fields) bytes += field + "\r\n";
    return bytes + "\r\n";
  }
  static std::string length(std::size_t bytes) { return "Content-Length: " + std::to_string(bytes); }
};

TEST_F(EarlyAnswer, NobodyIsInvitedWhoMayNotCome) {
  const std::vector<std::pair<std::string, int>> rows = {{"POST /message", 401},
                                                         {"POST /application", 401},
                                                         {"POST /application/1/image", 401},
                                                         {"PUT /application/1", 401},
                                                         {"PUT /client/1", 401},
                                                         {"POST /user", 401},
                                                         {"POST /user/1", 401},
                                                         {"POST /auth/local/login", 401},
                                                         {"POST /nope", 404},
                                                         {"PUT /message", 404},
                                                         {"POST /current/user/password", 401}};
  for (const auto& [request_line, status] : rows) {
    SCOPED_TRACE(request_line);
    HttpClient http = nobody();
    http.write(header(request_line, {length(kLarge), "Expect: 100-continue"}));
    const Answer answer = http.read();
    EXPECT_EQ(answer.status, status) << "and no 100 before it";
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_TRUE(http.ended());
  }
}

TEST_F(EarlyAnswer, ALoginIsDecidedByItsPassword) {
  HttpClient http = nobody();
  const std::vector<std::pair<Lines, std::string>> rows = {
      {{}, "basic auth required"},
      {client_.key(), "basic auth required"},
      {{basic_header("admin", "wrong")}, "invalid credentials"},
      {{basic_header("admin", "wrong"), client_.key().front()}, "invalid credentials"},
      {{basic_header("nobody", "wrong")}, "invalid credentials"},
  };
  for (const auto& [fields, text] : rows) {
    Lines all = fields;
    all.push_back(length(7));
    http.write(header("POST /auth/local/login", all));
    EXPECT_EQ(http.read().body, error_body(401, text)) << "and not one byte of the body was sent";
    http.write("name=me");
  }
  EXPECT_EQ(http.connections(), 1);
  EXPECT_EQ(http.post("/auth/local/login", kForm, "name=me", admin().basic()).status, 200);
}

TEST_F(EarlyAnswer, WhatNeedsNoBodyIsAnsweredWithoutIt) {
  HttpClient http = reader();
  for (const char* request_line :
       {"GET /version", "GET /message", "DELETE /message", "GET /health", "OPTIONS /message"}) {
    SCOPED_TRACE(request_line);
    http.write(header(request_line, {client_.key().front(), length(5)}));
    EXPECT_EQ(http.read().status / 100, 2);
    http.write("12345");
  }
  EXPECT_EQ(http.get("/version").status, 200);
}

TEST_F(EarlyAnswer, ASmallBodyIsDiscardedAndTheConnectionGoesOn) {
  HttpClient http = nobody();
  const std::string smuggled = "GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n";
  http.write(header("POST /message?token=wrong", {length(smuggled.size())}));
  EXPECT_EQ(http.read().status, 401);
  http.write(smuggled + header("GET /nothing", {}));
  EXPECT_EQ(http.read().status, 404);
  EXPECT_EQ(http.connections(), 1);
}

// Python's http.client and others send everything before they read.
TEST_F(EarlyAnswer, WhoSendsThirtyMegabytesFirstSeesTheAnswer) {
  for (const char* framing : {"length", "chunked"}) {
    SCOPED_TRACE(framing);
    HttpClient http = nobody();
    const std::string part(1 << 20, 'x');
    const bool chunked = framing == std::string("chunked");
    http.write(header("POST /message?token=wrong", {chunked ? "Transfer-Encoding: chunked" : length(kLarge)}));
    for (std::size_t sent = 0; sent < kLarge; sent += part.size()) {
      http.write(chunked ? "100000\r\n" + part + "\r\n" : part);
    }
    EXPECT_EQ(http.read().status, 401);
    EXPECT_TRUE(http.ended());
  }
  EXPECT_EQ(server_.metric("push_http_request_bytes"), 0);
}

TEST_F(EarlyAnswer, EachRouteHasItsOwnLimit) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_HTTP_MESSAGELIMIT", "100000");
  server_.set("GOTIFY_SERVER_HTTP_IMAGELIMIT", "80000");
  server_.start();
  const std::string image = "/application/" + std::to_string(application_.id) + "/image";
  struct Row {
    std::string request_line;
    std::string key;
    std::size_t limit;
    std::string name;
  };
  const std::vector<Row> rows = {
      {"POST /message", application_.key().front(), 100'000, " (server.http.messagelimit)"},
      {"POST " + image, client_.key().front(), 80'000, " (server.http.imagelimit)"},
      {"POST /application", client_.key().front(), 65'536, ""},
      {"POST /auth/local/login", admin().basic().front(), 65'536, ""},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.request_line);
    const std::string text = "request body is larger than " + std::to_string(row.limit) + " bytes" + row.name;
    HttpClient http = nobody();
    http.write(header(row.request_line, {row.key, length(row.limit + 1)}));
    EXPECT_EQ(http.read().body, error_body(413, text));
    http.write(std::string(row.limit + 1, 'x') + header(row.request_line, {row.key, length(row.limit)}) +
               std::string(row.limit, 'x'));
    EXPECT_NE(http.read().status, 413);
    EXPECT_EQ(http.connections(), 1);
  }
}

TEST_F(EarlyAnswer, AStrangerDoesNotLearnWhatIsWrongWithAUser) {
  HttpClient http = nobody();
  const Answer answer = http.post("/user", kJson, "{bad");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, error_body(401, "you are not allowed to access this api"));
  HttpClient known = reader();
  EXPECT_EQ(known.post("/user", kJson, "{bad").status, 400) << "as in Gotify: the body first";
}

TEST_F(EarlyAnswer, ABodyMayFollowTheLookUpOfAToken) {
  ASSERT_EQ(server_.stop(), 0);
  server_.start();  // remembers no token
  const std::string text(50'000, 'x');
  HttpClient http = poster();
  post_message(http, text);
  HttpClient owner = reader();
  EXPECT_EQ(list_messages(owner).at(0).at("message"), text);
}

}  // namespace
}  // namespace push::support
