// The pictures of applications over the wire: what is accepted, how it is served, and which files are left on disk.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>

#include "support/api_test.hpp"

namespace push::support {
namespace {

const std::string kPng = std::string("\x89PNG\r\n\x1a\n\0bytes of a picture", 27);
const std::string kMissing = "file with key 'file' must be present";

class Images : public ApiTest {
 protected:
  static Answer upload(HttpClient& http, const std::string& target, const std::string& bytes,
                       const std::string& disposition = "name=\"file\"; filename=\"x.PNG\"") {
    return http.post(target, "multipart/form-data; boundary=zz",
                     "--zz\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + bytes + "\r\n--zz--\r\n");
  }
  std::string target() const { return "/application/" + std::to_string(application_.id) + "/image"; }
  // But for the one that names the database.
  std::ptrdiff_t files() const {
    const std::filesystem::directory_iterator begin(server_.directory() + "/images");
    return std::count_if(begin, std::filesystem::directory_iterator(),
                         [](const auto& entry) { return entry.path().filename() != ".database"; });
  }
};

TEST_F(Images, AreTakenServedReplacedAndRemoved) {
  HttpClient http = reader();
  const Answer first = upload(http, target(), kPng);
  ASSERT_EQ(first.status, 200) << first.body;
  const std::string image = first.json().at("image");
  EXPECT_EQ(image.size(), std::string("image/").size() + 25 + 4);
  EXPECT_TRUE(image.starts_with("image/") && image.ends_with(".PNG")) << image;
  EXPECT_EQ(first.json().at("token"), application_.token);
  EXPECT_EQ(http.get("/application").json().at(0).at("image"), image);

  HttpClient viewer = nobody();
  const Answer whole = viewer.get("/" + image, {"Origin: http://elsewhere"});
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, kPng);
  EXPECT_EQ(whole.header("Content-Type"), "image/png");
  EXPECT_EQ(whole.header("Accept-Ranges"), "bytes");
  EXPECT_FALSE(whole.has("Access-Control-Allow-Origin"));
  EXPECT_EQ(whole.header("Content-Security-Policy"), "default-src 'none'; sandbox");
  EXPECT_EQ(viewer.get("/" + image, {"If-Modified-Since: " + whole.header("Last-Modified")}).status, 304);
  const Answer part = viewer.get("/" + image, {"Range: bytes=0-3"});
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body, kPng.substr(0, 4));
  EXPECT_EQ(part.header("Content-Range"), "bytes 0-3/27");
  const Answer beyond = viewer.get("/" + image, {"Range: bytes=27-"});
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.header("Content-Range"), "bytes */27");
  EXPECT_EQ(beyond.head.find("nosniff"), beyond.head.rfind("nosniff"));
  const Answer head = viewer.request("HEAD", "/" + image);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("Content-Length"), "27");

  const Answer second = upload(http, target(), "GIF89a", "name=\"file\"; filename=\"y.gif\"");
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(viewer.get("/" + image).status, 404);
  EXPECT_EQ(files(), 1);
  const Answer removed = http.request("DELETE", target());
  EXPECT_EQ(removed.status, 200);
  EXPECT_EQ(removed.json().at("image"), "static/defaultapp.png");
  EXPECT_EQ(files(), 0);
  const Answer again = http.request("DELETE", target());
  EXPECT_EQ(again.body,
            error_body(400, "app with id " + std::to_string(application_.id) + " does not have a customized image"));
  EXPECT_EQ(viewer.connections(), 1);
}

TEST_F(Images, AreRefusedInGotifysOrder) {
  HttpClient http = reader();
  const std::string unknown = error_body(404, "app with id 99 doesn't exists");
  EXPECT_EQ(http.post("/application/abc/image", kJson, "{}").body, error_body(400, "invalid id"));
  EXPECT_EQ(http.post("/application/99/image", kJson, "{}").body, unknown);
  EXPECT_EQ(http.request("DELETE", "/application/99/image").body, unknown);
  const std::string not_a_form = error_body(400, "request Content-Type isn't multipart/form-data");
  EXPECT_EQ(http.post(target(), kJson, "{}").body, not_a_form);
  EXPECT_EQ(http.request("POST", target()).body, not_a_form);
  EXPECT_EQ(upload(http, target(), kPng, "name=\"other\"; filename=\"x.png\"").body, error_body(400, kMissing));
  EXPECT_EQ(upload(http, target(), kPng, "name=\"file\"").body, error_body(400, kMissing));
  EXPECT_EQ(upload(http, target(), "text", "name=\"file\"; filename=\"x.html\"").body,
            error_body(400, "file must be an image"));
  EXPECT_EQ(upload(http, target(), kPng, "name=\"file\"; filename=\"x.html\"").body,
            error_body(400, "invalid file extension"));
  HttpClient stranger = nobody();
  EXPECT_EQ(upload(stranger, target(), kPng).body, unauthorized_body());
  EXPECT_EQ(files(), 0);
}

TEST_F(Images, ThatAreNoneAreNotFound) {
  HttpClient http = nobody();
  for (const char* name :
       {"", "x.html", "none.png", "../gotify.db", "..%2fgotify.db", "%2e%2e/server.log", "a/b.png"}) {
    const Answer answer = http.get(std::string("/image/") + name);
    EXPECT_EQ(answer.status, 404) << name;
    EXPECT_EQ(answer.body, error_body(404, "page not found")) << name;
  }
  EXPECT_EQ(http.get("/image/none.png").header("Content-Type"), "application/json; charset=utf-8");
  const Answer moved = http.get("/image");
  EXPECT_EQ(moved.status, 301);
  EXPECT_EQ(moved.header("Location"), "/image/");
}

// The disk refuses: 503, the picture that was there stays, and nothing is left of the new one.
TEST_F(Images, SurviveAFullDisk) {
  HttpClient http = reader();
  const std::string image = upload(http, target(), kPng).json().at("image");
  ASSERT_EQ(server_.stop(), 0);
  server_.limit_file_size(64 * 1024 * 1024);
  server_.set("GOTIFY_SERVER_HTTP_IMAGELIMIT", std::to_string(128 * 1024 * 1024));
  server_.start();
  HttpClient after = reader();
  EXPECT_EQ(upload(after, target(), kPng + std::string(65 * 1024 * 1024, 'x')).status, 503);
  EXPECT_EQ(files(), 1);
  EXPECT_EQ(after.get("/" + image).body, kPng);
}

}  // namespace
}  // namespace push::support
