// The table of routes (protocol 1.2) and its handlers, grouped by the file that defines them.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "api/router.hpp"
#include "push/config/config.hpp"

namespace push::api {

std::span<const Route> routes();

// A handler without a return value answers later; one that changes something after the commit, from the writer thread.

// message_routes.cpp: /message, /application/:id/message (protocol 1.5, 4) and /stream (3).
// The head of the message path: bind, fill in, submit.
void create_message(Context& context);
net::Response list_messages(Context& context);
void delete_message(Context& context);
net::Response list_application_messages(Context& context);
// Those of a list of ids, which Gotify does not have.
void delete_listed_messages(Context& context);
// The answer follows the last slice, from the store's purge thread.
void delete_messages(Context& context);
void delete_application_messages(Context& context);
// Upgrades an admitted request to a WebSocket.
void open_stream(Context& context);

// read_routes.cpp: /message/read, which Gotify does not have.
net::Response list_read(Context& context);
void mark_read(Context& context);

// application_routes.cpp: /application and its pictures (protocol 1.6).
net::Response list_applications(Context& context);
void create_application(Context& context);
void update_application(Context& context);
void delete_application(Context& context);
// Replaces an application's token.
void secure_application(Context& context);
// How long an application keeps its messages.
net::Response find_retention(Context& context);
void set_retention(Context& context);
void upload_application_image(Context& context);
void remove_application_image(Context& context);

// client_routes.cpp: /client (protocol 1.7).
net::Response list_clients(Context& context);
void create_client(Context& context);
void update_client(Context& context);
void delete_client(Context& context);
void elevate_client(Context& context);

// webpush_routes.cpp: /webpush, which Gotify does not have.
net::Response push_key(Context& context);
net::Response find_subscription(Context& context);
void put_subscription(Context& context);
void delete_subscription(Context& context);
// The answer follows that of the push service, from the sender's thread.
void test_subscription(Context& context);

// session_routes.cpp: /auth/local/login and /auth/logout (protocol 1.8, 2.3).
// Creates the client of a browser's cookie, from a name and a password.
void log_in(Context& context);
void log_out(Context& context);

// user_routes.cpp: /user and /current/user (protocol 1.8).
net::Response current_user(Context& context);
void change_password(Context& context);
net::Response list_users(Context& context);
// Administrators only; anyone if `registration` is on.
core::Result<void> may_register(const Context& context);  // before the body of a caller that nobody knows
void create_user(Context& context);
net::Response find_user(Context& context);
// How many streams each of a user's clients has open, and the Basic sessions.
net::Response user_presence(Context& context);
void update_user(Context& context);
void delete_user(Context& context);

// test_routes.cpp: /message/test, which Gotify does not have: who receives a message.
void send_test_message(Context& context);

// server_routes.cpp: /admin/server, which Gotify does not have.
core::Result<void> must_be_admin(const Context& context);
net::Response server_state(Context& context);

// info_routes.cpp: routes without credentials (protocol 1.4), and /plugin on a server without plugins (8).
net::Response version(Context& context);
// The server's features, for clients that ask before they log in.
net::Response gotify_info(Context& context);
net::Response health(Context& context);
// For load balancers and orchestrators: whether the process runs, and whether it should get requests.
net::Response alive(Context& context);
net::Response ready(Context& context);
// Answers OPTIONS from our own origin, or from something that is no browser.
net::Response options(Context& context);
// The settings embedded in Gotify's own page (protocol 9).
std::string_view commit();  // of the sources
std::string page_config(const config::Config& config);
net::Response list_plugins(Context& context);
net::Response unknown_plugin(Context& context);

// page_routes.cpp: the web page and its files, pictures, and the API's description (protocol 1.4, 9). CORS and
// configured headers do not apply to them.
net::Response index_page(Context& context);
// The worker of our page; with another page, one that removes itself.
net::Response service_worker(Context& context);
net::Response manifest(Context& context);
net::Response static_file(Context& context);
net::Response serve_image(Context& context);
net::Response swagger(Context& context);
net::Response docs_page(Context& context);

}  // namespace push::api
