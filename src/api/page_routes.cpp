#include "api/routes.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "api/context.hpp"
#include "api/respond.hpp"
#include "api/serve_asset.hpp"
#include "api/serve_content.hpp"
#include "push/api/origin_rules.hpp"
#include "push/core/log.hpp"
#include "push/files/asset.hpp"
#include "push/files/file.hpp"
#include "push/model/json.hpp"

namespace push::api {
namespace {

// Our own pages load nothing but pictures from other origins, and run no scripts but their own files. Pictures from
// elsewhere are those of messages, which the page loads only on request. Text never becomes a script or a page: the one
// policy of trusted types that may be made turns the addresses of our two workers into such.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https: http:; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types sg";

// The worker of our page outlives it in browsers. In its place, for other pages, comes one that removes itself: it
// would go on showing our page.
constexpr std::string_view kLeavingWorker = R"(// Removes the service worker of a former web interface.
self.addEventListener('install', () => self.skipWaiting());
self.addEventListener('activate', (event) => event.waitUntil((async () => {
  await self.registration.unregister();
  for (const page of await self.clients.matchAll({type: 'window'})) await page.navigate(page.url);
})()));
)";

constexpr std::size_t kMaxHost = 255;  // a name with its port; the document is made for each request

net::Response asset(const Context& context, std::string_view path) {
  return serve_asset(context.request, path, files::assets());
}

net::Response own_page(const Context& context, std::string_view path) {
  net::Response response = asset(context, path);
  response.headers.emplace_back("Content-Security-Policy", kPolicy);
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  return response;
}

// A file of the configured web interface.
core::Result<std::optional<files::File>> ui_file(const Context& context, std::string_view path) {
  auto file = files::open_file(context.services.config.uidir, path);
  if (!file) spdlog::error("cannot read web interface error=\"{}\"", file.error().text);
  return file;
}

net::Response serve(const Context& context, const files::File& file) {
  auto served = serve_file(context.request, file, context.services.files);
  return served ? *std::move(served) : error(served.error());
}

}  // namespace

net::Response index_page(Context& context) {
  constexpr const char* kType = "text/html";  // as Gotify sends it: the page declares its charset
  if (context.services.config.uidir.empty()) {
    net::Response response = own_page(context, "index.html");
    if (response.status == 200) response.content_type = kType;
    return response;
  }
  auto file = ui_file(context, "index.html");
  if (!file) return error(file.error());
  if (!*file) {
    spdlog::error("web interface has no index.html uidir=\"{}\"", context.services.config.uidir);
    return no_page();
  }
  constexpr std::string_view kConfig = "%CONFIG%";
  const auto bytes = (*file)->read();
  if (!bytes) return error(bytes.error());
  std::string page(bytes->view);
  if (const auto at = page.find(kConfig); at != std::string::npos) {
    page.replace(at, kConfig.size(), page_config(context.services.config));
  }
  net::Response response;
  response.content_type = kType;
  response.body = core::Slice::take(std::move(page));
  return response;
}

net::Response service_worker(Context& context) {
  constexpr std::string_view kName = "sw.js";
  if (!context.services.config.uidir.empty()) {
    const auto file = ui_file(context, kName);
    if (!file) return error(file.error());
    if (*file) return serve(context, **file);
  } else if (files::find_asset(kName) != nullptr) {
    return own_page(context, kName);
  }
  net::Response response =
      serve_content(context.request, {core::Slice(core::Bytes(), kLeavingWorker), files::type_of(kName), std::nullopt});
  response.headers.emplace_back("Cache-Control", "no-cache");
  set_header(response.headers, "X-Content-Type-Options", "nosniff");
  return response;
}

net::Response manifest(Context& context) {
  if (context.services.config.uidir.empty()) return asset(context, "manifest.json");
  const auto file = ui_file(context, "manifest.json");
  if (!file) return error(file.error());
  return *file ? serve(context, **file) : no_page();
}

// Files that are not in `uidir` come from the program: the default picture of applications, and what /docs needs.
net::Response static_file(Context& context) {
  const std::string path = "static/" + std::string(context.rest);
  if (!context.services.config.uidir.empty()) {
    const auto file = ui_file(context, path);
    if (!file) return error(file.error());
    if (*file) return serve(context, **file);
  }
  return asset(context, path);
}

namespace {

// From the folder; one that only the database has is copied into it first.
core::Result<std::optional<files::File>> find_image(Context& context) {
  const files::ImageFolder& images = context.services.images;
  auto image = images.open(context.rest);
  if (!image || *image || !context.services.store.keeps_pictures() || !files::ImageFolder::could_be(context.rest)) {
    return image;
  }
  const auto kept = context.services.store.find_picture(context.rest);
  if (!kept) return kept.error();
  if (!*kept) return image;
  if (auto put = images.put(std::string(context.rest), **kept); !put) return put.error();
  return images.open(context.rest);
}

}  // namespace

net::Response serve_image(Context& context) {
  const auto image = find_image(context);
  if (!image) {
    spdlog::error("cannot read image error=\"{}\"", image.error().text);
    return error(image.error());
  }
  if (!*image) {
    net::Response response = not_found("page not found");
    response.content_type = "application/json; charset=utf-8";
    return response;
  }
  net::Response response = serve(context, **image);
  set_header(response.headers, "X-Content-Type-Options", "nosniff");
  // A file that is a picture and a page at once stays a picture, whatever a browser makes of it.
  set_header(response.headers, "Content-Security-Policy", "default-src 'none'; sandbox");
  return response;
}

net::Response swagger(Context& context) {
  std::string host = query_value(context.request.target.query, "base").value_or("");
  if (host.empty())
    host = context.request.forwarded_host.empty() ? context.request.host : context.request.forwarded_host;
  if (host.size() > kMaxHost) return bad_request("base: longer than " + std::to_string(kMaxHost) + " bytes");
  const files::Asset* found = files::find_asset("swagger.json");
  if (found == nullptr) return no_page();
  constexpr std::string_view kHost = "\"%HOST%\"";
  std::string document(found->bytes);
  std::string quoted;
  model::append_json_string(quoted, host);
  if (const auto at = document.find(kHost); at != std::string::npos) document.replace(at, kHost.size(), quoted);
  net::Response response = json(document);
  response.content_type = "text/plain; charset=utf-8";
  response.no_sniff = true;
  return response;
}

net::Response docs_page(Context& context) {
  return own_page(context, "docs.html");
}

}  // namespace push::api
