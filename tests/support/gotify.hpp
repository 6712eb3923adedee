// API calls for tests, one function each; anything but success throws Failure.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "support/http_client.hpp"

namespace push::support {

class ServerProcess;

struct Account {
  std::string name;
  std::string password;

  Lines basic() const { return {basic_header(name, password)}; }
};
// The user that the server creates in an empty database.
Account admin();
// Inserts users directly into the database of a server that has run once and is stopped.
std::vector<Account> seed_users(const ServerProcess& server, std::size_t count);

struct Created {
  std::uint64_t id = 0;
  std::string token;

  Lines key() const { return {key_header(token)}; }
};
Created create_application(HttpClient& http, const std::string& name);
Created create_client(HttpClient& http, const std::string& name);

// Posts a message and returns it as answered; `http` carries an application's token.
std::string post_message(HttpClient& http, const std::string& text);
std::uint64_t id_of(const std::string& message);
std::vector<std::uint64_t> ids_of(const std::vector<std::string>& messages);
// Every message of the user, newest first, read page by page.
std::vector<nlohmann::json> list_messages(HttpClient& http);

// The exact body of an error; `text` as it appears in JSON, with its quotes escaped.
std::string error_body(int status, const std::string& text);
// Gotify's answer to unknown credentials.
std::string unauthorized_body();

}  // namespace push::support
