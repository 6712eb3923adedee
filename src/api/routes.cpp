#include "push/api/routes.hpp"

#include "api/application_routes.hpp"
#include "api/client_routes.hpp"
#include "api/info_routes.hpp"
#include "api/message_routes.hpp"
#include "api/stream_route.hpp"
#include "api/user_routes.hpp"

namespace push::api {
namespace {

using enum auth::Access;

constexpr Route kRoutes[] = {
    {"POST", "/message", post_message, &create_message, On::loop},
    {"GET", "/message", client, &list_messages},
    {"DELETE", "/message", client, &delete_messages},
    {"DELETE", "/message/:id", client, &delete_message},
    {"GET", "/stream", client, &open_stream, On::loop},
    {"GET", "/application", client, &list_applications},
    {"POST", "/application", client, &create_application},
    {"GET", "/application/:id/message", client, &list_application_messages},
    {"DELETE", "/application/:id/message", client, &delete_application_messages},
    {"GET", "/client", client, &list_clients},
    {"POST", "/client", client, &create_client},
    {"GET", "/current/user", client, &current_user},
    {"GET", "/version", {}, &version, On::loop},
    {"GET", "/health", {}, &health, On::worker, Gate::none},
    {"HEAD", "/health", {}, &health, On::worker, Gate::none},
    {"OPTIONS", "*", {}, &options, On::loop},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace push::api
