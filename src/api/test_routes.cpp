#include <limits>
#include <map>
#include <string>
#include <utility>

#include "api/context.hpp"
#include "api/new_message.hpp"
#include "api/respond.hpp"
#include "api/routes.hpp"
#include "push/binder/binder.hpp"
#include "push/model/json.hpp"
#include "push/net/presence.hpp"
#include "push/stream/transport.hpp"

namespace push::api {
namespace {

constexpr const char* kText = "This message was sent to see which devices receive it.";

// The user's streams that are open now.
struct Devices {
  std::map<std::pair<core::ClientId, stream::Transport>, std::size_t> streams;
  std::map<core::ClientId, std::string> names;
  DeliveryTests::Streams websockets;
};

core::Result<Devices> devices_of(Context& context) {
  Devices found;
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  for (const net::OnlineKey& online : context.services.presence.online({context.user(), {}, kAll})) {
    for (const net::OpenStreams& open : online.streams) {
      found.streams[{online.key.client, open.transport}] += open.count;
      if (open.transport == stream::Transport::websocket) found.websockets[online.key.client] += open.count;
    }
  }
  const auto listed = context.services.store.list_clients(context.user(), [&found](const model::Client& client) {
    found.names.emplace(client.id, client.name);
    return true;
  });
  if (!listed) return listed.error();
  return found;
}

// What a transport that answers no pings has been sent is all that is known of it.
std::string list_of(const Devices& devices) {
  std::string out;
  for (const auto& [key, count] : devices.streams) {
    const auto& [client, transport] = key;
    const std::string id = std::to_string(core::value(client));
    const auto name = devices.names.find(client);
    out += (out.empty() ? "{\"id\":" : ",{\"id\":") + id + ",\"client\":" + id + ",\"name\":";
    model::append_json_string(out, name == devices.names.end() ? std::string_view() : std::string_view(name->second));
    out += ",\"via\":\"" + std::string(stream::name(transport)) + "\",\"state\":\"";
    out += transport == stream::Transport::websocket ? "waiting\"}" : "sent\"}";
  }
  return out;
}

void publish(Context& context, store::NewMessage message, const Devices& devices) {
  DeliveryTests& tests = context.services.tests;
  const core::UserId user = context.user();
  auto payload = tests.begin(user, devices.websockets);
  if (!payload) return context.fail(payload.error());
  delivery::Publisher::Probe probe{*std::move(payload), [&tests, user](core::MessageId id) { tests.leaves(user, id); }};
  auto queued = context.services.publisher.publish_probed(
      std::move(message), std::move(probe),
      [self = context.shared_from_this(), list = list_of(devices),
       user](const core::Result<delivery::Publisher::Stored>& stored) {
        if (stored) {
          return self->finish(json("{\"message\":" + std::string(stored->json.view) + ",\"devices\":[" + list + "]}"));
        }
        self->services.tests.abandon(user);
        const bool gone = stored.error().code == core::ErrorCode::not_found;
        self->fail(gone ? core::failure(core::ErrorCode::invalid, "appid not found") : stored.error());
      });
  if (queued) return;
  tests.abandon(user);
  context.fail(queued.error());
}

}  // namespace

void send_test_message(Context& context) {
  MessageForm wanted;
  binder::Form form("MessageTest");
  form.unsigned_integer("appid", wanted.application).required();
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  const auto found = context.services.store.find_application(core::ApplicationId{wanted.application});
  if (!found) return context.fail(found.error());
  if (!*found || (*found)->user != context.user()) return context.finish(bad_request("appid not found"));
  const auto devices = devices_of(context);
  if (!devices) return context.fail(devices.error());
  wanted.title = "Test";
  wanted.message = kText;
  publish(context, compose(std::move(wanted), **found, core::wall_now()), *devices);
}

}  // namespace push::api
