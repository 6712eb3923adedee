#include "api/serve_asset.hpp"

#include <algorithm>
#include <string>

#include "api/content_coding.hpp"
#include "api/respond.hpp"
#include "api/serve_content.hpp"

namespace push::api {
namespace {

constexpr std::string_view kBrotli = ".br";
constexpr std::string_view kGzip = ".gz";

// Whether the name holds a hash of the content, as the build of the interface gives it: static/app/main-Ab3_x9Zq.js.
bool is_hashed(std::string_view path) {
  constexpr std::size_t kHash = 8;
  if (!path.starts_with("static/app/")) return false;
  const std::string_view stem = path.substr(0, path.rfind('.'));
  if (stem.size() <= kHash || stem[stem.size() - kHash - 1] != '-') return false;
  const std::string_view hash = stem.substr(stem.size() - kHash);
  return std::all_of(hash.begin(), hash.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

// Without a hash in its name, a file changes under the same name with a new version of the program.
std::string_view lifetime_of(std::string_view path) {
  return is_hashed(path) ? "public, max-age=31536000, immutable" : "no-cache";
}

const files::Asset* find(std::span<const files::Asset> assets, std::string_view path) {
  const auto found =
      std::find_if(assets.begin(), assets.end(), [path](const files::Asset& one) { return one.path == path; });
  return found == assets.end() ? nullptr : &*found;
}

}  // namespace

net::Response serve_asset(const Incoming& request, std::string_view path, std::span<const files::Asset> assets) {
  const files::Asset* const plain = find(assets, path);
  if (plain == nullptr || path.ends_with(kBrotli) || path.ends_with(kGzip)) return no_page();
  const files::Asset* const gzip = find(assets, std::string(path).append(kGzip));
  const files::Asset* const brotli = find(assets, std::string(path).append(kBrotli));
  const Coding coding = choose_coding(request.accept_encoding, gzip != nullptr, brotli != nullptr);
  const files::Asset& sent = coding == Coding::brotli ? *brotli : coding == Coding::gzip ? *gzip : *plain;
  net::Response response =
      serve_content(request, {core::Slice(core::Bytes(), sent.bytes), plain->type, std::nullopt, sent.etag});
  if (coding != Coding::identity) response.headers.emplace_back("Content-Encoding", name(coding));
  if (gzip != nullptr || brotli != nullptr) response.headers.emplace_back("Vary", "Accept-Encoding");
  response.headers.emplace_back("Cache-Control", lifetime_of(path));
  set_header(response.headers, "X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace push::api
