#include "api/routes.hpp"

namespace push::api {
namespace {

using enum auth::Access;

constexpr Route kRoutes[] = {
    {"POST", "/message", post_message, &create_message, On::loop, Gate::api, Body::message},
    {"GET", "/message", client, &list_messages},
    {"DELETE", "/message", client, &delete_messages, On::loop},
    {"DELETE", "/message/:id", client, &delete_message, On::loop},
    {"POST", "/message/delete", client, &delete_listed_messages},
    {"POST", "/message/test", client, &send_test_message},
    {"GET", "/message/read", client, &list_read},
    {"POST", "/message/read", client, &mark_read},
    {"GET", "/stream", client, &open_stream, On::loop, Gate::stream},
    {"GET", "/application", client, &list_applications},
    {"POST", "/application", client, &create_application},
    {"PUT", "/application/:id", client, &update_application},
    {"DELETE", "/application/:id", elevated, &delete_application, On::loop},
    {"PUT", "/application/:id/security", elevated, &secure_application},
    {"GET", "/application/:id/retention", client, &find_retention},
    {"PUT", "/application/:id/retention", client, &set_retention},
    {"POST", "/application/:id/image", client, &upload_application_image, On::worker, Gate::api, Body::image},
    {"DELETE", "/application/:id/image", client, &remove_application_image},
    {"GET", "/application/:id/message", client, &list_application_messages},
    {"DELETE", "/application/:id/message", client, &delete_application_messages},
    {"GET", "/client", client, &list_clients},
    {"POST", "/client", client, &create_client},
    {"PUT", "/client/:id", client, &update_client},
    {"DELETE", "/client/:id", elevated, &delete_client, On::loop},
    {"POST", "/client/:id/elevate", elevated, &elevate_client},
    {"GET", "/webpush/key", client, &push_key},
    {"GET", "/webpush/subscription", client, &find_subscription},
    {"PUT", "/webpush/subscription", client, &put_subscription},
    {"DELETE", "/webpush/subscription", client, &delete_subscription},
    {"POST", "/webpush/test", client, &test_subscription},
    {"GET", "/current/user", client, &current_user},
    {"POST", "/current/user/password", elevated, &change_password},
    {"POST", "/auth/local/login", password, &log_in},
    {"POST", "/auth/logout", client, &log_out, On::loop},
    {"GET", "/user", admin, &list_users},
    {"POST", "/user", optional, &create_user, On::worker, Gate::api, Body::form, &may_register},
    {"GET", "/user/:id", admin, &find_user},
    {"GET", "/user/:id/presence", admin, &user_presence},
    {"POST", "/user/:id", admin, &update_user},
    {"DELETE", "/user/:id", admin, &delete_user, On::loop},
    {"GET", "/admin/server", client, &server_state, On::worker, Gate::api, Body::form, &must_be_admin},
    {"GET", "/plugin", client, &list_plugins, On::loop},
    {"GET", "/plugin/:id/config", client, &unknown_plugin, On::loop},
    {"POST", "/plugin/:id/config", client, &unknown_plugin, On::loop},
    {"GET", "/plugin/:id/display", client, &unknown_plugin, On::loop},
    {"POST", "/plugin/:id/enable", client, &unknown_plugin, On::loop},
    {"POST", "/plugin/:id/disable", client, &unknown_plugin, On::loop},
    {"GET", "/version", {}, &version, On::loop},
    {"GET", "/gotifyinfo", {}, &gotify_info, On::loop},
    {"GET", "/health", {}, &health, On::loop, Gate::none},
    {"GET", "/livez", {}, &alive, On::loop, Gate::none},
    {"GET", "/readyz", {}, &ready, On::loop, Gate::none},
    {"GET", "/image/*", {}, &serve_image, On::worker, Gate::none},
    {"GET", "/", {}, &index_page, On::web, Gate::none},
    {"GET", "/index.html", {}, &index_page, On::web, Gate::none},
    {"GET", "/sw.js", {}, &service_worker, On::web, Gate::none},
    {"GET", "/manifest.json", {}, &manifest, On::web, Gate::none},
    {"GET", "/static/*", {}, &static_file, On::web, Gate::none},
    {"GET", "/swagger", {}, &swagger, On::loop, Gate::none},
    {"GET", "/docs", {}, &docs_page, On::loop, Gate::none},
    {"OPTIONS", "*", {}, &options, On::loop},
};

}  // namespace

std::span<const Route> routes() {
  return kRoutes;
}

}  // namespace push::api
