// /webpush, which Gotify does not have: a browser's subscription, of the client that asks.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/context.hpp"
#include "api/respond.hpp"
#include "api/routes.hpp"
#include "push/binder/binder.hpp"
#include "push/model/json.hpp"
#include "push/webpush/keys.hpp"
#include "push/webpush/sender.hpp"

namespace push::api {
namespace {

constexpr std::size_t kMaxKey = 256;  // bytes of a key as text
constexpr std::size_t kMaxApps = 200;

core::Error bad_subscription(std::string text) {
  return core::failure(core::ErrorCode::invalid, std::move(text));
}

// Why this request has no subscription, whatever the tables say.
core::Result<void> check_caller(const Context& context) {
  if (context.services.webpush == nullptr) {
    return core::failure(core::ErrorCode::not_found, "Web Push is switched off on this server (webpush.enabled)");
  }
  if (context.principal->client == core::ClientId{}) {
    return bad_subscription(
        "a subscription belongs to a client, and this request has none: use a client's token or a session");
  }
  return {};
}

// The form of the object "keys".
core::Result<void> read_keys(std::string_view object, store::WebPushSubscription& out) {
  binder::Form form("PushKeys");
  form.text("p256dh", out.p256dh).required().at_most_bytes(kMaxKey);
  form.text("auth", out.auth).required().at_most_bytes(kMaxKey);
  const binder::Source source{"PUT", "application/json", {}, object.empty() ? "{}" : object};
  if (auto bound = binder::bind(source, form); !bound) return bound.error();
  return webpush::check_browser_keys(out.p256dh, out.auth);
}

core::Result<store::WebPushSubscription> read_subscription(const Context& context) {
  store::WebPushSubscription wanted;
  std::string keys;
  std::string muted_until;
  std::vector<std::uint64_t> apps;
  binder::Form form("PushSubscription");
  form.text("endpoint", wanted.endpoint).required().at_most_bytes(webpush::Endpoints::kMaxUrl);
  form.object("keys", keys);
  form.integer("minPriority", wanted.min_priority);
  form.list("apps", apps).at_most_items(kMaxApps);
  form.text("mutedUntil", muted_until);
  if (auto bound = binder::bind(context.source(), form); !bound) return bound.error();
  if (auto allowed = context.services.webpush->endpoints().check(wanted.endpoint); !allowed) return allowed.error();
  if (auto read = read_keys(keys, wanted); !read) return read.error();
  if (!muted_until.empty()) {
    wanted.muted_until = core::parse_time(muted_until);
    if (!wanted.muted_until) return bad_subscription("Field 'mutedUntil' is not a time such as 2026-11-22T10:53:10Z");
  }
  std::sort(apps.begin(), apps.end());
  apps.erase(std::unique(apps.begin(), apps.end()), apps.end());
  for (const std::uint64_t app : apps) wanted.apps.push_back(core::ApplicationId{app});
  wanted.client = context.principal->client;
  wanted.user = context.user();
  return wanted;
}

// A user has a bounded number of subscriptions, because each message is sent to all of them.
core::Result<void> check_count(const Context& context, const store::WebPushSubscription& wanted) {
  const auto targets = context.services.webpush->tables().targets_of(wanted.user);
  if (!targets) return targets.error();
  const auto others = std::count_if(targets->begin(), targets->end(), [&](const store::WebPushTarget& target) {
    return target.subscription.client != wanted.client && target.subscription.endpoint != wanted.endpoint;
  });
  const std::size_t most = context.services.webpush->limits().per_user;
  if (static_cast<std::size_t>(others) < most) return {};
  return core::failure(core::ErrorCode::forbidden,
                       "a user can have " + std::to_string(most) + " subscriptions: remove devices that are not used");
}

std::string json_of(const store::WebPushSubscription& it) {
  std::string out = "{\"endpoint\":";
  model::append_json_string(out, it.endpoint);
  out += ",\"keys\":{\"p256dh\":";
  model::append_json_string(out, it.p256dh);
  out += ",\"auth\":";
  model::append_json_string(out, it.auth);
  out += "},\"minPriority\":" + std::to_string(it.min_priority) + ",\"apps\":[";
  for (std::size_t i = 0; i < it.apps.size(); ++i) {
    out += (i == 0 ? "" : ",") + std::to_string(core::value(it.apps[i]));
  }
  out += "],\"mutedUntil\":";
  if (it.muted_until) {
    out += '"';
    core::append_rfc3339(out, *it.muted_until);
    out += '"';
  } else {
    out += "null";
  }
  return out + '}';
}

// The calling client's, or the error to answer.
core::Result<store::WebPushSubscription> own_subscription(const Context& context) {
  if (auto checked = check_caller(context); !checked) return checked.error();
  auto found = context.services.webpush->tables().find_subscription(context.principal->client);
  if (!found) return found.error();
  if (!*found) return core::failure(core::ErrorCode::not_found, "this client has no subscription");
  return **std::move(found);
}

}  // namespace

net::Response push_key(Context& context) {
  if (context.services.webpush == nullptr) return error(check_caller(context).error());
  const auto keys = context.services.webpush->tables().find_keys();
  if (!keys) return error(keys.error());
  return json("{\"key\":\"" + (*keys ? (*keys)->public_key : std::string()) + "\"}");
}

net::Response find_subscription(Context& context) {
  const auto own = own_subscription(context);
  return own ? json(json_of(*own)) : error(own.error());
}

void put_subscription(Context& context) {
  if (auto checked = check_caller(context); !checked) return context.fail(checked.error());
  auto wanted = read_subscription(context);
  if (!wanted) return context.fail(wanted.error());
  if (auto checked = check_count(context, *wanted); !checked) return context.fail(checked.error());
  const auto answer = [text = json_of(*wanted)](Context&, const core::Result<void>& stored) {
    return stored ? json(text) : error(stored.error());
  };
  context.services.webpush->tables().put_subscription(*std::move(wanted), context.answer_with(answer));
}

void delete_subscription(Context& context) {
  if (auto checked = check_caller(context); !checked) return context.fail(checked.error());
  const auto answer = [](Context&, const core::Result<void>& removed) {
    return removed ? empty() : error(removed.error());
  };
  context.services.webpush->tables().delete_subscription(context.principal->client, context.answer_with(answer));
}

void test_subscription(Context& context) {
  const auto own = own_subscription(context);
  if (!own) return context.fail(own.error());
  const auto answer = [](Context&, const core::Result<webpush::Sender::Tested>& tested) {
    if (!tested) return error(tested.error());
    if (tested->accepted) return json(R"({"state":"accepted"})");
    std::string out = R"({"state":"refused","why":)";
    model::append_json_string(out, tested->why);
    return json(out + '}');
  };
  if (auto queued = context.services.webpush->test(*own, context.answer_with(answer)); !queued) {
    context.fail(queued.error());
  }
}

}  // namespace push::api
