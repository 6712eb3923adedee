#include "support/gotify.hpp"

#include <map>

#include "support/database.hpp"
#include "support/server_process.hpp"

namespace push::support {
namespace {

constexpr const char* kSeededPassword = "geheim";
constexpr const char* kSeededHash = "$2a$04$abcdefghijklmnopqrstuuPWRtT5yx7FBi4dcf6ROhboeNunUrLQ.";

std::string expect_ok(const Answer& answer, const std::string& what) {
  if (answer.status != 200) throw Failure(what + ": " + answer.head + answer.body);
  return answer.body;
}

Created create(HttpClient& http, const std::string& target, const std::string& name) {
  const Answer answer = http.post(target, kJson, nlohmann::json{{"name", name}}.dump());
  const auto json = nlohmann::json::parse(expect_ok(answer, "POST " + target));
  return {json.at("id"), json.at("token")};
}

}  // namespace

Account admin() {
  return {"admin", "admin"};
}

std::vector<Account> seed_users(const ServerProcess& server, std::size_t count) {
  Database database(server.database());
  std::vector<Account> accounts;
  for (std::size_t i = 1; i <= count; ++i) {
    accounts.push_back({"user" + std::to_string(i), kSeededPassword});
    database.run("INSERT INTO users (name, pass, admin, created_at) VALUES ('" + accounts.back().name + "', " +
                 database.bytes(kSeededHash) + ", FALSE, '2026-01-02 03:04:05+00:00')");
  }
  return accounts;
}

Created create_application(HttpClient& http, const std::string& name) {
  return create(http, "/application", name);
}

Created create_client(HttpClient& http, const std::string& name) {
  return create(http, "/client", name);
}

std::string post_message(HttpClient& http, const std::string& text) {
  return expect_ok(http.post("/message", kJson, nlohmann::json{{"message", text}}.dump()), "POST /message");
}

std::uint64_t id_of(const std::string& message) {
  return nlohmann::json::parse(message).at("id");
}

std::vector<std::uint64_t> ids_of(const std::vector<std::string>& messages) {
  std::vector<std::uint64_t> ids;
  for (const std::string& message : messages) ids.push_back(id_of(message));
  return ids;
}

std::vector<nlohmann::json> list_messages(HttpClient& http) {
  std::vector<nlohmann::json> all;
  std::string target = "/message?limit=200";
  while (true) {
    const auto page = nlohmann::json::parse(expect_ok(http.get(target), "GET " + target));
    for (const auto& message : page.at("messages")) all.push_back(message);
    if (!page.at("paging").contains("next")) return all;
    target = page.at("paging").at("next");
  }
}

std::string error_body(int status, const std::string& text) {
  static const std::map<int, std::string> kPhrases = {{400, "Bad Request"},
                                                      {401, "Unauthorized"},
                                                      {403, "Forbidden"},
                                                      {404, "Not Found"},
                                                      {413, "Request Entity Too Large"},
                                                      {422, "Unprocessable Entity"},
                                                      {431, "Request Header Fields Too Large"},
                                                      {429, "Too Many Requests"},
                                                      {503, "Service Unavailable"}};
  return R"({"error":")" + kPhrases.at(status) + R"(","errorCode":)" + std::to_string(status) +
         R"(,"errorDescription":")" + text + R"("})";
}

std::string unauthorized_body() {
  return error_body(401, "you need to provide a valid access token or user credentials to access this api");
}

}  // namespace push::support
