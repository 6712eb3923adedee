#include "api/routes.hpp"

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
    {"PUT", "/application/:id", client, &update_application},
    {"DELETE", "/application/:id", elevated, &delete_application},
    {"PUT", "/application/:id/security", elevated, &secure_application},
    {"POST", "/application/:id/image", client, &upload_application_image},
    {"DELETE", "/application/:id/image", client, &remove_application_image},
    {"GET", "/application/:id/message", client, &list_application_messages},
    {"DELETE", "/application/:id/message", client, &delete_application_messages},
    {"GET", "/client", client, &list_clients},
    {"POST", "/client", client, &create_client},
    {"PUT", "/client/:id", client, &update_client},
    {"DELETE", "/client/:id", elevated, &delete_client},
    {"POST", "/client/:id/elevate", elevated, &elevate_client},
    {"GET", "/current/user", client, &current_user},
    {"POST", "/current/user/password", elevated, &change_password},
    {"POST", "/auth/local/login", {}, &log_in},
    {"POST", "/auth/logout", client, &log_out},
    {"GET", "/user", admin, &list_users},
    {"POST", "/user", optional, &create_user},
    {"GET", "/user/:id", admin, &find_user},
    {"POST", "/user/:id", admin, &update_user},
    {"DELETE", "/user/:id", admin, &delete_user},
    {"GET", "/plugin", client, &list_plugins, On::loop},
    {"GET", "/plugin/:id/config", client, &unknown_plugin, On::loop},
    {"POST", "/plugin/:id/config", client, &unknown_plugin, On::loop},
    {"GET", "/plugin/:id/display", client, &unknown_plugin, On::loop},
    {"POST", "/plugin/:id/enable", client, &unknown_plugin, On::loop},
    {"POST", "/plugin/:id/disable", client, &unknown_plugin, On::loop},
    {"GET", "/version", {}, &version, On::loop},
    {"GET", "/gotifyinfo", {}, &gotify_info, On::loop},
    {"GET", "/health", {}, &health, On::worker, Gate::none},
    {"GET", "/image/*", {}, &serve_image, On::worker, Gate::none},
    {"GET", "/", {}, &index_page, On::worker, Gate::none},
    {"GET", "/index.html", {}, &index_page, On::worker, Gate::none},
    {"GET", "/manifest.json", {}, &manifest, On::worker, Gate::none},
    {"GET", "/static/*", {}, &static_file, On::worker, Gate::none},
    {"GET", "/swagger", {}, &swagger, On::loop, Gate::none},
    {"GET", "/docs", {}, &docs_page, On::loop, Gate::none},
    {"OPTIONS", "*", {}, &options, On::loop},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace push::api
