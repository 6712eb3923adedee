// The pages and their files: our own, and a configured web interface in their place.
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>

#include "support/api_test.hpp"
#include "support/process.hpp"

namespace push::support {
namespace {

class Pages : public ApiTest {
 protected:
  void put(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = server_.directory() + "/ui/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }
  void restart_with_ui() {
    ASSERT_EQ(server_.stop(), 0);
    server_.set("GOTIFY_UIDIR", server_.directory() + "/ui");
    server_.start();
  }
};

TEST_F(Pages, OfOurOwnLoadOnlyWhatIsThere) {
  HttpClient http = nobody();
  for (const char* page : {"/", "/index.html", "/docs"}) {
    const Answer answer = http.get(page, {"Origin: http://elsewhere"});
    ASSERT_EQ(answer.status, 200) << page;
    EXPECT_EQ(answer.header("Content-Type"), page == std::string("/docs") ? "text/html; charset=utf-8" : "text/html");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_TRUE(answer.header("Content-Security-Policy").starts_with("default-src 'none'; script-src 'self';"));
    std::set<std::string> links;
    const std::regex link("(?:src|href)=\"([^\"#]+)\"");
    for (std::sregex_iterator at(answer.body.begin(), answer.body.end(), link), end; at != end; ++at) {
      links.insert((*at)[1]);
    }
    EXPECT_GE(links.size(), 2u) << page;
    for (const std::string& path : links) {
      // Relative, so that they work below a prefix that a proxy takes away.
      EXPECT_EQ(path.find_first_of("/:") == 0 || path.find("://") != std::string::npos, false) << path;
      EXPECT_EQ(http.get("/" + path).status, 200) << page << " " << path;
    }
  }
  EXPECT_EQ(http.get("/static/docs.js").header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(http.get("/static/defaultapp.png").header("Content-Type"), "image/png");
  EXPECT_EQ(http.get("/manifest.json").json().at("name"), "sharded-gotify");
  EXPECT_EQ(http.request("HEAD", "/").status, 200);
}

TEST_F(Pages, OfOurOwnAreAskedForAgainByTheirTag) {
  HttpClient http = nobody();
  for (const char* path : {"/", "/docs", "/static/docs.css", "/manifest.json"}) {
    const Answer first = http.get(path);
    ASSERT_EQ(first.status, 200) << path;
    EXPECT_EQ(first.header("Cache-Control"), "no-cache");
    const std::string tag = first.header("ETag");
    EXPECT_EQ(tag.size(), 34u) << tag;
    const Answer again = http.get(path, {"If-None-Match: " + tag});
    EXPECT_EQ(again.status, 304) << path;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(again.header("ETag"), tag);
    EXPECT_EQ(http.get(path, {"If-None-Match: \"x\""}).body, first.body);
    const Answer head = http.request("HEAD", path);
    EXPECT_EQ(head.header("Content-Length"), std::to_string(first.body.size()));
    EXPECT_EQ(head.header("ETag"), tag);
  }
}

TEST_F(Pages, OfOurOwnHaveAPolicyForScriptsAndWorkers) {
  HttpClient http = nobody();
  for (const char* path : {"/", "/docs"}) {
    EXPECT_EQ(http.get(path).header("Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https: http:; "
              "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
              "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sg");
  }
}

TEST_F(Pages, HaveAWorkerThatIsAskedForAgain) {
  HttpClient http = nobody();
  const Answer worker = http.get("/sw.js");
  ASSERT_EQ(worker.status, 200);
  EXPECT_EQ(worker.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(worker.header("Cache-Control"), "no-cache");
  EXPECT_EQ(worker.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(http.request("HEAD", "/sw.js").header("Content-Length"), std::to_string(worker.body.size()));
}

TEST_F(Pages, OfAFolderWithoutThemStopTheStart) {
  ASSERT_EQ(server_.stop(), 0);
  const std::string folder = server_.directory() + "/ui";
  const Completed completed = run_program(
      {}, {{"GOTIFY_UIDIR", folder}, {"GOTIFY_DATABASE_CONNECTION", server_.database_path()}}, server_.directory());
  EXPECT_EQ(completed.code, 1);
  EXPECT_EQ(completed.err, "sharded-gotify: cannot start: uidir: no index.html in " + folder + "\n");
}

TEST_F(Pages, AreNotListedAndNotLeft) {
  HttpClient http = nobody();
  for (const char* path : {"/static/", "/static/none.js", "/static/..%2fswagger.json", "/static/%2e%2e%2f%2e%2e%2fx"}) {
    const Answer answer = http.get(path);
    EXPECT_EQ(answer.status, 404) << path;
  }
  const Answer missing = http.get("/static/none.js");
  EXPECT_EQ(missing.header("Content-Type"), "text/plain");
  EXPECT_EQ(missing.body, "404 page not found");
  EXPECT_EQ(http.get("/static").header("Location"), "/static/");
  EXPECT_EQ(http.get("/docs/").header("Location"), "/docs");
}

TEST_F(Pages, OfAConfiguredInterfaceComeFromItsFolder) {
  put("index.html", "<script>a = %CONFIG%; b = '%CONFIG%'</script>");
  put("manifest.json", "{\"short_name\":\"stock\"}");
  put("static/index-abc.js", "run()");
  put("static/font.woff2", "font");
  restart_with_ui();
  HttpClient http = nobody();
  const std::string version = http.get("/version").body;
  for (const char* page : {"/", "/index.html"}) {
    const Answer answer = http.get(page);
    EXPECT_EQ(answer.body,
              "<script>a = {\"register\":false,\"version\":" + version + ",\"oidc\":false}; b = '%CONFIG%'</script>");
    EXPECT_EQ(answer.header("Content-Type"), "text/html");
    EXPECT_FALSE(answer.has("Content-Security-Policy"));
  }
  EXPECT_EQ(http.get("/manifest.json").json().at("short_name"), "stock");
  EXPECT_EQ(http.get("/static/index-abc.js").header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(http.get("/static/font.woff2").header("Content-Type"), "font/woff2");
  EXPECT_EQ(http.get("/static/index-abc.js", {"Range: bytes=0-2"}).body, "run");
  // Files that it lacks come from the program.
  EXPECT_EQ(http.get("/static/defaultapp.png").status, 200);
  EXPECT_EQ(http.get("/static/none.js").body, "404 page not found");
  EXPECT_EQ(http.get("/static/..%2f..%2fserver.log").status, 404);
  // A browser that has had our page gets rid of its worker, unless the folder has one of its own.
  const Answer leaving = http.get("/sw.js");
  EXPECT_NE(leaving.body.find("self.registration.unregister()"), std::string::npos) << leaving.body;
  EXPECT_EQ(leaving.header("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(leaving.header("Cache-Control"), "no-cache");
  put("sw.js", "own()");
  EXPECT_EQ(http.get("/sw.js").body, "own()");
}

TEST_F(Pages, SayWhoseServerThisIs) {
  HttpClient http = nobody();
  const Answer info = http.get("/gotifyinfo");
  EXPECT_EQ(info.body,
            "{\"version\":" + http.get("/version").json().at("version").dump() + ",\"register\":false,\"oidc\":false}");
  EXPECT_EQ(info.header("Content-Type"), "application/json");
  EXPECT_EQ(http.get("/gotifyinfo", {"Origin: http://elsewhere"}).status, 403);
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_REGISTRATION", "true");
  server_.start();
  EXPECT_EQ(nobody().get("/gotifyinfo").json().at("register"), true);
}

TEST_F(Pages, DescribeTheApiForWhoeverAsks) {
  HttpClient http = nobody();
  const Answer plain = http.get("/swagger");
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(plain.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(plain.json().at("host"), "localhost");
  EXPECT_EQ(http.get("/swagger", {"X-Host: x.example"}).json().at("host"), "x.example");
  EXPECT_EQ(http.get("/swagger", {"X-Host: x.example", "X-Forwarded-Host: f.example"}).json().at("host"), "f.example");
  const Answer too_long = http.get("/swagger?base=" + std::string(256, 'h'));
  EXPECT_EQ(too_long.status, 400);
  EXPECT_EQ(too_long.body, error_body(400, "base: longer than 255 bytes"));
  EXPECT_EQ(http.get("/swagger?base=h.example/g%22", {"X-Forwarded-Host: f"}).json().at("host"), "h.example/g\"");
}

}  // namespace
}  // namespace push::support
