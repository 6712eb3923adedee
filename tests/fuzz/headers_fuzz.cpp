// Arbitrary bytes as the values of a request's headers; the first byte chooses which. What was planted is found again
// whatever surrounds it, and what comes out is what a header of an answer may hold.
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "api/content_coding.hpp"
#include "api/credentials.hpp"
#include "api/serve_content.hpp"
#include "binder/media_type.hpp"
#include "binder/multipart.hpp"
#include "fuzz/input.hpp"
#include "push/api/origin_rules.hpp"
#include "push/api/trusted_proxies.hpp"
#include "push/auth/base64.hpp"
#include "push/core/check.hpp"
#include "push/core/text.hpp"

namespace {

using namespace push;
using api::Incoming;
using fuzz::Input;

// ---- Authorization, X-Gotify-Key, Cookie, ?token

std::string base64(const std::string& text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

void check_source(const Incoming& request) {
  const auth::Credentials read = api::read_credentials(request, auth::Access::client);
  const std::string in_query = api::query_value(request.target.query, "token").value_or("");
  if (!in_query.empty()) {
    PUSH_CHECK(read.token == in_query && !read.from_cookie);
  } else if (!request.gotify_key.empty()) {
    PUSH_CHECK(read.token == request.gotify_key && !read.from_cookie);
  } else if (read.from_cookie) {
    PUSH_CHECK(!read.token.empty() && request.cookie.find(read.token) != std::string_view::npos);
  } else {
    PUSH_CHECK(request.authorization.ends_with(read.token));
  }
  if (read.basic) PUSH_CHECK(read.basic->name.find(':') == std::string::npos);
}

void check_basic(std::string name, const std::string& password) {
  std::erase(name, ':');
  const std::string header = "bAsIc " + base64(name + ":" + password);
  Incoming request;
  request.authorization = header;
  request.gotify_key = password;
  const auth::Credentials read = api::read_credentials(request, auth::Access::password);
  PUSH_CHECK(read.basic && read.basic->name == name && read.basic->password == password && read.token.empty());

  const std::string utf8 = core::utf8_from_latin1(password);
  PUSH_CHECK(core::valid_utf8(utf8));
  std::string_view rest = utf8;
  for (const char c : password) {
    const core::Rune rune = core::next_rune(rest);
    PUSH_CHECK(rune.value == static_cast<unsigned char>(c));
    rest.remove_prefix(rune.size);
  }
  PUSH_CHECK(rest.empty());
}

void check_cookie(const std::string& token, const std::string& others) {
  if (token.empty() || others.find(api::kSessionCookie) != std::string::npos) return;
  const std::string set = api::session_cookie(auth::encode_base64_url(token), true);
  const std::string cookies = others + ';' + set.substr(0, set.find(';') + 1) + others;
  Incoming request;
  request.cookie = cookies;
  const auth::Credentials read = api::read_credentials(request, auth::Access::client);
  PUSH_CHECK(read.from_cookie && read.token == auth::encode_base64_url(token));

  request.method = "POST";
  request.host = token;
  request.origin = others;
  if (api::check_cross_origin(request, read)) PUSH_CHECK(others.empty() || others.find(token) != std::string::npos);
  request.fetch_site = others;
  if (!others.empty() && api::check_cross_origin(request, read))
    PUSH_CHECK(others == "same-origin" || others == "none");
}

void check_credentials(Input& input) {
  const std::string query = input.line();
  const std::string key = input.line();
  const std::string authorization = input.line();
  const std::string cookie = input.rest();
  Incoming request;
  request.target.query = query;
  request.gotify_key = key;
  request.authorization = authorization;
  request.cookie = cookie;
  check_source(request);
  check_basic(key, authorization);
  check_cookie(key, cookie);
}

// ---- Range, If-*

std::string header_of(const net::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

void check_part(const net::Response& response, std::string_view whole) {
  unsigned long begin = 0;
  long last = 0;
  unsigned long size = 0;
  const std::string range = header_of(response, "Content-Range");
  PUSH_CHECK(std::sscanf(range.c_str(), "bytes %lu-%ld/%lu", &begin, &last, &size) == 3 && size == whole.size());
  PUSH_CHECK(begin <= size && last < static_cast<long>(size) && last + 1 >= static_cast<long>(begin));
  PUSH_CHECK(response.body.view == whole.substr(begin, static_cast<std::size_t>(last + 1) - begin));
}

void check_served(const Incoming& request, std::string_view whole, bool dated) {
  api::Content content{core::Slice::copy(whole), "image/png", std::nullopt};
  if (dated) content.modified = core::WallTime(std::chrono::seconds(1'795'258'390));
  const net::Response response = api::serve_content(request, std::move(content));
  switch (response.status) {
    case 200:
      return PUSH_CHECK(response.body.view == whole);
    case 206:
      return check_part(response, whole);
    case 416:
      return PUSH_CHECK(response.body.view.starts_with("invalid range"));
    default:
      PUSH_CHECK((response.status == 304 || response.status == 412) && response.body.view.empty());
  }
}

void check_planted_part(std::string_view whole, std::size_t from, std::size_t to) {
  const std::string range = "bytes=" + std::to_string(from) + "-" + std::to_string(to);
  Incoming request;
  request.conditions.range = range;
  const net::Response response = api::serve_content(request, {core::Slice::copy(whole), "image/png", std::nullopt});
  const bool there = from < whole.size() && from <= to;
  PUSH_CHECK(response.status == (there ? 206U : whole.empty() ? 200U : 416U));
  if (!there) return;
  check_part(response, whole);
  PUSH_CHECK(response.body.view == whole.substr(from, to - from + 1));
}

void check_conditions(Input& input) {
  const std::string whole(input.byte(), 'x');
  const std::size_t from = input.byte();
  check_planted_part(whole, from, from + input.byte() % 16);
  const bool dated = input.byte() % 2 == 0;
  std::array<std::string, 6> lines;
  for (std::string& line : lines) line = input.line();
  Incoming request;
  request.conditions = {lines[0], lines[1], lines[2], lines[3], lines[4], lines[5]};
  check_served(request, whole, dated);
  for (const std::string& line : lines) {
    const auto date = api::parse_http_date(line);
    if (date) PUSH_CHECK(api::parse_http_date(core::http_date(*date)) == date);
  }
}

// ---- ETag, Accept-Encoding

// A tag that was planted in a list is found, and one that is not in any is not.
void check_tags(Input& input) {
  const std::string before = input.line();
  const std::string tags = input.line();
  std::string etag = input.line();
  std::erase(etag, '"');
  etag = '"' + etag + '"';
  const auto status = [&etag](std::string_view none_match) {
    Incoming request;
    request.conditions.if_none_match = none_match;
    return api::serve_content(request, {core::Slice::copy("bytes"), "text/css", std::nullopt, etag}).status;
  };
  PUSH_CHECK(status(etag + "," + tags) == 304);
  PUSH_CHECK(status("W/" + etag) == 304);
  const bool contained = tags.find(etag) != std::string::npos || core::trim_blanks(tags) == "*";
  if (!contained && !tags.empty()) PUSH_CHECK(status(tags) == 200);
  std::string quoted = before;
  std::erase(quoted, '"');
  PUSH_CHECK(status('"' + quoted + "\" , " + etag) == 304);
}

void check_coding(Input& input) {
  const std::string before = input.line();
  const std::string accepted = input.rest();
  const auto chosen = api::choose_coding(accepted, true, true);
  if (chosen != api::Coding::identity) {
    const bool named = core::lower(accepted).find(api::name(chosen)) != std::string::npos;
    PUSH_CHECK(named || accepted.find('*') != std::string::npos);
    PUSH_CHECK(api::choose_coding(accepted, chosen == api::Coding::gzip, chosen == api::Coding::brotli) == chosen);
  }
  PUSH_CHECK(api::choose_coding(accepted, false, false) == api::Coding::identity);
  PUSH_CHECK(api::choose_coding("br;q=0,gzip;q=0,identity," + accepted, true, true) == api::Coding::identity);
  const bool plain = core::lower(before).find("identity") != std::string::npos;
  PUSH_CHECK(plain || api::choose_coding("br, " + before, false, true) == api::Coding::brotli);
}

// ---- X-Forwarded-For

void check_address(const std::string& text) {
  const auto address = core::Address::parse(text);
  PUSH_CHECK(core::Network::parse(text + "/0").has_value() == address.has_value());
  if (!address) return;
  const std::string shown = address->text();
  PUSH_CHECK(core::Address::parse(shown)->text() == shown && core::Address::parse(shown)->site() == address->site());
  PUSH_CHECK(address->site().size() == (address->is_v4() ? 4U : 8U));
  PUSH_CHECK(core::Network::parse(text)->contains(*address) && core::Network::parse(shown)->contains(*address));
}

// What a stranger writes in front never counts.
void check_forwarded(Input& input) {
  static const auto proxies = *api::TrustedProxies::parse({"10.0.0.0/8", "fd00::/8", "127.0.0.1"});
  const std::string peer = input.line();
  const std::string list = input.rest();
  const std::string client = proxies.client_of(peer, list);
  const auto address = core::Address::parse(client);
  PUSH_CHECK(client == peer || (proxies.trusts(peer) && address && address->text() == client));
  check_address(peer);
  check_address(list.substr(list.rfind(',') + 1));
  PUSH_CHECK(proxies.client_of("203.0.113.9", list) == "203.0.113.9");
  const std::string forged = list + ",\t203.0.113.7 , 10.9.8.7,fd00::1";
  PUSH_CHECK(proxies.client_of("10.1.1.1", forged) == "203.0.113.7");
  PUSH_CHECK(proxies.client_of("", forged) == "203.0.113.7");
}

// ---- Origin, Host, X-Forwarded-Host, X-Forwarded-Proto

api::OriginRules rules() {
  config::Server server;
  server.cors.alloworigins = {"^https://app\\.example$"};
  server.stream.allowedorigins = {"^app\\.example$"};
  return *api::OriginRules::compile(server);
}

void check_origin(Input& input) {
  static const api::OriginRules kRules = rules();
  const std::string origin = input.line();
  const std::string host = input.line();
  const std::string method = input.line();
  const std::string proto = input.line();
  Incoming request;
  request.method = method;
  request.origin = origin;
  request.host = host;
  request.forwarded_host = origin;
  request.forwarded_proto = proto;
  api::HeaderList headers;
  const auto verdict = kRules.judge(request, headers);
  const bool own = origin == "http://" + host || origin == "https://" + host;
  const bool app = core::lower(origin) == "https://app.example";
  PUSH_CHECK((verdict != api::OriginRules::Verdict::refuse) == (origin.empty() || own || app));
  for (const auto& [name, value] : headers) {
    if (name == "Access-Control-Allow-Origin") PUSH_CHECK(app && !own && value == origin);
  }
  if (kRules.allows_stream(origin, host) && !origin.empty()) {
    const std::string lower = core::lower(origin);
    PUSH_CHECK(lower.find("://") != std::string::npos);
    PUSH_CHECK(lower.find("app.example") != std::string::npos || lower.find(core::lower(host)) != std::string::npos);
  }
  PUSH_CHECK(api::public_url(request, false) == (host.empty() ? "" : "http://" + host));
  const std::string& named = origin.empty() ? host : origin;
  const std::string url = api::public_url(request, true);
  PUSH_CHECK(named.empty() ? url.empty() : url == (core::lower(proto) == "https" ? "https://" : "http://") + named);
}

// ---- Content-Type, Content-Disposition

void check_media_type(Input& input) {
  const std::string before = input.line();
  std::string value = input.rest();
  const binder::MediaType media = binder::parse_media_type(before);
  PUSH_CHECK(media.type == core::lower(media.type));
  for (const auto& [name, parameter] : media.parameters) {
    PUSH_CHECK(!name.empty() && name == core::lower(name) && name.find_first_of(" ;=\"") == std::string::npos);
  }
  std::erase_if(value, [](char c) { return c == '\r' || c == '\n'; });
  std::string quoted;
  for (const char c : value) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  const auto boundary = binder::multipart_boundary("Multipart/Form-Data ; charset=x;BOUNDARY=\"" + quoted + "\"");
  PUSH_CHECK(value.empty() ? !boundary : boundary && *boundary == value);
}

// Ten, so that the last digit of the first byte's code chooses, and the seeds keep their meaning.
constexpr std::array kChecks = {check_credentials, check_conditions, check_forwarded, check_origin, check_media_type,
                                check_tags,        check_coding,     check_tags,      check_coding, check_conditions};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input(data, size);
  kChecks[input.byte() % kChecks.size()](input);
  return 0;
}
