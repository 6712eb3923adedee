// A5: the pictures of applications.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

constexpr const char* kUpload = "POST /application/{app1}/image";

Request upload(const std::string& part) {
  return multipart(kUpload, "C", part);
}

Request upload_kept() {
  Request request = upload(file_part("file", "x.PNG", png()));
  request.keep = "app";
  return request;
}

Want application(const std::string& image) {
  return ok(R"({"id":{app1},"token":"<A stored>","name":"app1","description":"","internal":false,"image":")" + image +
            R"(","defaultPriority":0,"createdAt":"<time>","lastUsed":null,"sortKey":"a0"})");
}

const Want kNotMultipart = fail(400, "request Content-Type isn't multipart/form-data");
constexpr const char* kNotMultipartThere = "500 request Content-Type isn't multipart/form-data";
const Want kNoFile = fail(400, "file with key 'file' must be present");
const Want kNoSuchPicture = fail(404, "page not found").typed("application/json; charset=utf-8");

}  // namespace

const Rows kImages = {
    {.number = "A5.20", .send = {kUpload, "C"}, .want = kNotMultipart, .instead_of = kNotMultipartThere},
    {.number = "A5.21", .send = json(kUpload, "C", "{}"), .want = kNotMultipart, .instead_of = kNotMultipartThere},
    {"A5.22", upload(file_part("other", "x.png", png())), kNoFile},
    {"A5.23", upload(text_part("file", "not a file")), kNoFile},
    {"A5.24", upload(file_part("file", "x.png", "only text")), fail(400, "file must be an image")},
    {"A5.25", upload(file_part("file", "x.html", png())), fail(400, "invalid file extension")},
    {"A5.26", upload(file_part("file", "x.PNG", png())), application("<image>.PNG"), In::fresh},
    {.number = "A5.27",
     .send = {"GET /{app.image}"},
     .want = ok(png()).typed("image/png").with({"Accept-Ranges: bytes", "Last-Modified: <any> GMT"}),
     .in = In::fresh,
     .before = {upload_kept()}},
    {.number = "A5.28",
     .send = {.line = "GET /{app.image}", .headers = {"Range: bytes=0-3"}},
     .want = {.status = 206, .body = "\x89PNG", .type = "image/png", .headers = {"Content-Range: bytes 0-3/70"}},
     .in = In::fresh,
     .before = {upload_kept()}},
    {"A5.29", {"GET /image/"}, kNoSuchPicture},
    {"A5.30", {"GET /image/x.html"}, kNoSuchPicture},
    {"A5.31", {"GET /image/none.png"}, kNoSuchPicture},
    {.number = "A5.32",
     .send = {"DELETE /application/{app1}/image", "C"},
     .want = application("static/defaultapp.png"),
     .in = In::fresh,
     .before = {upload_kept()},
     .after = {{{"GET /{app.image}"}, kNoSuchPicture}}},
    {.number = "A5.33",
     .send = {"DELETE /application/{app1}/image", "C"},
     .want = fail(400, "app with id {app1} does not have a customized image"),
     .in = In::fresh,
     .before = {upload_kept(), {"DELETE /application/{app1}/image", "C"}}},
};

}  // namespace push::conformance
