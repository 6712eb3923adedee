// HTTP/1.1 as real clients use it: keep-alive, pipelined, chunked, too large, unknown.
#include "support/api_test.hpp"

namespace push::support {
namespace {

class Http : public ApiTest {
 protected:
  // One POST with this text, ready for the wire.
  std::string raw_post(const std::string& text, const Lines& headers = {}) const {
    const std::string body = "message=" + text;
    std::string bytes = "POST /message HTTP/1.1\r\nHost: localhost\r\n" + key_header(application_.token) + "\r\n" +
                        "Content-Type: " + kForm + "\r\n";
    for (const std::string& line : headers) bytes += line + "\r\n";
    return bytes + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
};

TEST_F(Http, KeepsAConnectionForManyRequests) {
  HttpClient http = poster();
  for (int i = 0; i < 50; ++i) post_message(http, std::to_string(i));
  EXPECT_EQ(http.get("/nothing").status, 404);
  EXPECT_EQ(http.get("/message").status, 401);
  EXPECT_EQ(http.post("/message", kJson, "{bad").status, 400);
  post_message(http, "last");
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Http, EndsTheConnectionWhenTheClientSaysSo) {
  HttpClient http = nobody();
  const Answer answer = http.get("/version", {"Connection: close"});
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_TRUE(http.ended());
}

TEST_F(Http, AnswersPipelinedRequestsInTheirOrder) {
  HttpClient http = nobody();
  http.write(raw_post("one") + raw_post("two") + "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n" +
             raw_post("three"));
  EXPECT_EQ(http.read().json().at("message"), "one");
  EXPECT_EQ(http.read().json().at("message"), "two");
  EXPECT_EQ(http.read().status, 404);
  EXPECT_EQ(http.read().json().at("message"), "three");
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Http, TakesARequestByteByByte) {
  HttpClient http = nobody();
  for (const char byte : raw_post("slow")) http.write(std::string_view(&byte, 1));
  EXPECT_EQ(http.read().json().at("message"), "slow");
}

TEST_F(Http, TakesChunkedBodies) {
  HttpClient http = nobody();
  http.write("POST /message HTTP/1.1\r\nHost: localhost\r\n" + key_header(application_.token) + "\r\nContent-Type: " +
             kForm + "\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nmessage\r\n6\r\n=abcde\r\n0\r\n\r\n");
  EXPECT_EQ(http.read().json().at("message"), "abcde");
  EXPECT_EQ(http.get("/version").status, 200);
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Http, TellsAClientThatAsksToContinue) {
  HttpClient http = nobody();
  const std::string request = raw_post("waited", {"Expect: 100-continue"});
  const std::size_t body = request.find("\r\n\r\n") + 4;
  http.write(std::string_view(request).substr(0, body));
  EXPECT_EQ(http.read().status, 100);
  http.write(std::string_view(request).substr(body));
  EXPECT_EQ(http.read().json().at("message"), "waited");
}

// `bodylimit` is what earlier versions called it.
TEST_F(Http, RefusesABodyOverTheLimit) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_HTTP_BODYLIMIT", "2048");
  server_.start();
  HttpClient http = poster();
  const auto of_size = [](std::size_t size) { return "message=" + std::string(size - 8, 'x'); };
  EXPECT_EQ(http.post("/message", kForm, of_size(2048)).status, 200);
  const std::string refusal = error_body(413, "request body is larger than 2048 bytes (server.http.messagelimit)");
  const Answer answer = http.post("/message", kForm, of_size(2049));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.body, refusal);
  EXPECT_EQ(http.post("/message", kForm, of_size(10)).status, 200);
  EXPECT_EQ(http.connections(), 1);

  // Refused at the header, before a byte of it was sent; and in chunks, which announce no length.
  const std::string header = "POST /message HTTP/1.1\r\nHost: localhost\r\n" + key_header(application_.token) + "\r\n";
  HttpClient announced = nobody();
  announced.write(header + "Content-Length: 1000000000000\r\n\r\n");
  EXPECT_EQ(announced.read().body, refusal);
  EXPECT_TRUE(announced.ended());
  HttpClient chunked = nobody();
  chunked.write(header + "Transfer-Encoding: chunked\r\n\r\n800\r\n" + std::string(2048, 'x') +
                "\r\n1\r\nx\r\n0\r\n\r\n");
  EXPECT_EQ(chunked.read().body, refusal);

  HttpClient owner = reader();
  EXPECT_EQ(list_messages(owner).size(), 2U);
}

TEST_F(Http, RefusesAHeaderOverTheLimit) {
  HttpClient http = nobody();
  const Answer answer = http.get("/version", {"X-Long: " + std::string(64 * 1024, 'x')});
  EXPECT_EQ(answer.status, 431);
  EXPECT_EQ(answer.body, error_body(431, "request header is larger than 65536 bytes (server.http.headerlimit)"));
  EXPECT_TRUE(http.ended());
}

TEST_F(Http, TakesAHeaderOfThirtyKilobytes) {
  const std::string cookie = "Cookie: sso=" + std::string(30 * 1024, 'x');
  EXPECT_EQ(nobody().get("/version", {cookie}).status, 200);
}

TEST_F(Http, TakesALineEndBehindABody) {
  HttpClient http = nobody();
  for (const char* end : {"\r\n", "\n", "\r\n\r\n"}) {
    http.write(raw_post("one") + end);
    EXPECT_EQ(http.read().status, 200);
  }
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Http, AnswersAnUnknownTransferCodingWith501AndCloses) {
  HttpClient http = nobody();
  http.write(
      "POST /version HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n"
      "GET /message HTTP/1.1\r\nX-Ignore: ");
  EXPECT_EQ(http.read().status, 501);
  EXPECT_TRUE(http.ended());
}

TEST_F(Http, ReadsALineThatWasSplitAsOne) {
  ASSERT_EQ(nobody().get("/current/user", {"Cookie: gotify-client-token=" + client_.token}).status, 200);
  EXPECT_EQ(nobody().get("/current/user", {"Cookie: other=1", "Cookie: gotify-client-token=" + client_.token}).status,
            200);
}

TEST_F(Http, AnswersWhatIsNoHttpWith400AndCloses) {
  const std::string start = "POST /message HTTP/1.1\r\nHost: localhost\r\n";
  for (const std::string& bytes :
       {std::string("hello\r\n\r\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
        start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        start + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0",
        start + "Transfer-Encoding: chunked\r\n\r\n0\r\nX-Gotify-Key: " + client_.token + "\r\n\r\n"}) {
    SCOPED_TRACE(bytes);
    HttpClient http = nobody();
    http.write(bytes);
    const Answer answer = http.read();
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.json().at("error"), "Bad Request");
    EXPECT_TRUE(http.ended());
  }
}

TEST_F(Http, KnowsNoOtherPages) {
  HttpClient http = server_.http(admin().basic());
  const std::string missing = error_body(404, "page not found");
  const std::vector<std::pair<std::string, std::string>> unknown = {
      {"GET", "/nope"},      {"PUT", "/message"},   {"PATCH", "/application/1"}, {"GET", "/client/1"},
      {"GET", "/message/1"}, {"DELETE", "/client"}, {"GET", "/Application"},     {"GET", "/metrics"}};
  for (const auto& [method, target] : unknown) {
    const Answer answer = http.request(method, target);
    EXPECT_EQ(answer.status, 404) << method << " " << target;
    EXPECT_EQ(answer.body, missing) << method << " " << target;
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
  }
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Http, AnswersHeadWhereverThereIsAGet) {
  HttpClient http = server_.http(admin().basic());
  for (const char* target : {"/", "/version", "/health", "/message", "/application", "/client", "/user",
                             "/current/user", "/swagger", "/docs", "/static/docs.js", "/gotifyinfo", "/nope"}) {
    const Answer get = http.get(target);
    const Answer head = http.request("HEAD", target);
    EXPECT_EQ(head.status, get.status) << target;
    EXPECT_EQ(head.body, "") << target;
    for (const char* name : {"Content-Length", "Content-Type", "Cache-Control", "X-Content-Type-Options"}) {
      EXPECT_EQ(head.header(name), get.header(name)) << target << ' ' << name;
    }
  }
  EXPECT_EQ(http.request("HEAD", "/message/").status, 301);
  EXPECT_EQ(http.request("HEAD", "/auth/local/login").status, 404) << "there is no GET";
  EXPECT_EQ(http.connections(), 1);
}

TEST_F(Http, NoCacheKeepsAnAnswerOfTheApi) {
  HttpClient http = server_.http(admin().basic());
  for (const char* target : {"/application", "/client", "/version", "/nope", "/message/x", "/health"}) {
    const Answer answer = http.get(target);
    EXPECT_EQ(answer.header("Cache-Control"), "no-store") << target;
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff") << target;
  }
  HttpClient nobody = server_.http();
  EXPECT_EQ(nobody.get("/message").header("Cache-Control"), "no-store") << "401";
  EXPECT_EQ(nobody.get("/swagger").header("X-Content-Type-Options"), "nosniff");
  nobody.write("nonsense\r\n\r\n");
  EXPECT_EQ(nobody.read().header("Cache-Control"), "no-store");
}

TEST_F(Http, CleansPathsAndRedirectsTrailingSlashes) {
  HttpClient http = server_.http(admin().basic());
  for (const char* target : {"//application", "/foo/../version", "/%6dessage", "/./message"}) {
    EXPECT_EQ(http.get(target).status, 200) << target;
  }
  EXPECT_EQ(poster().post("//message", kJson, R"({"message":"m"})").status, 200);
  Answer answer = http.get("/application/");
  EXPECT_EQ(answer.status, 301);
  EXPECT_EQ(answer.header("Location"), "/application");
  answer = http.request("POST", "/message/?token=abc&x=1");
  EXPECT_EQ(answer.status, 307);
  EXPECT_EQ(answer.header("Location"), "/message?token=abc&x=1");
  EXPECT_EQ(http.get("/message/", {"X-Forwarded-Prefix: /gotify"}).header("Location"), "/gotify/message");
}

TEST_F(Http, LetsOnlyItsOwnWebPagesIn) {
  HttpClient http = nobody();
  EXPECT_EQ(http.get("/version", {"Origin: http://localhost"}).status, 200);
  const Answer answer = http.get("/version", {"Origin: http://evil.example"});
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(http.get("/nope", {"Origin: http://evil.example"}).status, 403);
  EXPECT_EQ(http.get("/health", {"Origin: http://evil.example"}).status, 200);
}

}  // namespace
}  // namespace push::support
