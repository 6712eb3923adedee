#include "push/api/registry_page.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/respond.hpp"
#include "push/binder/binder.hpp"
#include "push/core/fair_queue.hpp"
#include "push/go/number.hpp"

namespace push::api {
namespace {

constexpr std::int64_t kDefaultKeys = 100;
constexpr std::int64_t kMaxKeys = 1000;  // of a page

// "42:C7", as hub::text() prints it.
std::optional<hub::Key> parse_key(std::string_view text) {
  const std::size_t colon = text.find(":C");
  if (colon == std::string_view::npos) return std::nullopt;
  const auto user = go::parse_uint(text.substr(0, colon));
  const auto client = go::parse_uint(text.substr(colon + 2));
  if (!user || !client) return std::nullopt;
  return hub::Key{core::UserId{*user}, core::ClientId{*client}};
}

core::Result<net::Presence::Query> read_query(std::string_view query) {
  std::optional<std::uint64_t> user;
  std::string after;
  std::int64_t limit = kDefaultKeys;
  binder::Form form("registryParams");
  form.unsigned_integer("user", user);
  form.text("after", after);
  form.integer("limit", limit).at_least(1).at_most(kMaxKeys);
  if (auto bound = binder::bind_query(query, form); !bound) return std::move(bound).error();
  net::Presence::Query wanted{.user = {}, .after = {}, .most = static_cast<std::size_t>(limit)};
  if (user) wanted.user = core::UserId{*user};
  if (after.empty()) return wanted;
  wanted.after = parse_key(after);
  if (!wanted.after) return core::failure(core::ErrorCode::invalid, "after must be a key such as 42:C7");
  return wanted;
}

void append(std::string& out, const net::OpenStreams& open) {
  out += "{\"loop\":" + std::to_string(open.loop) + ",\"transport\":\"";
  out += stream::name(open.transport);
  out += "\",\"count\":" + std::to_string(open.count) + ",\"outbox\":{\"frames\":" + std::to_string(open.frames) +
         ",\"bytes\":" + std::to_string(open.bytes) + "}}";
}

void append(std::string& out, const net::OnlineKey& online) {
  out += "{\"key\":\"" + hub::text(online.key) + "\",\"shard\":" + std::to_string(online.shard) + ",\"streams\":[";
  for (const net::OpenStreams& open : online.streams) {
    if (out.back() == '}') out += ',';
    append(out, open);
  }
  out += "]}";
}

// Asks for one key more, which tells whether there is a next page.
net::Response page(net::Presence& presence, net::Presence::Query wanted) {
  const std::size_t limit = wanted.most++;
  std::vector<net::OnlineKey> keys = presence.online(wanted);
  const bool more = keys.size() > limit;
  if (more) keys.pop_back();
  std::string out = "{\"keys\":[";
  for (const net::OnlineKey& online : keys) {
    if (out.back() == '}') out += ',';
    append(out, online);
  }
  out += ']';
  if (more) out += ",\"next\":\"" + hub::text(keys.back().key) + '"';
  net::Response response = json(out + "}");
  response.no_store = true;
  return response;
}

}  // namespace

void RegistryPage::answer(std::string_view query, net::Reply reply) {
  auto wanted = read_query(query);
  if (!wanted) return reply.send(error(wanted.error()));
  const auto late = std::make_shared<net::Reply>(std::move(reply));
  core::WorkerPool::Job job([this, wanted = *wanted, late] { late->send(page(presence_, wanted)); });
  const core::Line nobody = core::line_of(core::UserId{});  // the listener has no credentials
  if (auto taken = workers_.submit(job, nobody); !taken) late->send(error(taken.error()));
}

}  // namespace push::api
