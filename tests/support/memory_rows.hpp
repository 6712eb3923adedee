// The rows of the store in memory (memory_store.hpp), and the queries of the rules on them.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "push/store/store.hpp"
#include "store/rules.hpp"
#include "store/transaction.hpp"

namespace push::test {

// No lock: MemoryStore holds its own around every call.
class MemoryRows : public store::Transaction {
 protected:
  template <class Id>
  static auto has(Id id) {
    return [id](const auto& row) { return row.id == id; };
  }
  static auto of(core::UserId user) {
    return [user](const auto& row) { return row.user == user; };
  }
  template <class Row, class Matches>
  static std::optional<Row> first(const std::vector<Row>& rows, Matches matches) {
    const auto row = std::find_if(rows.begin(), rows.end(), matches);
    return row == rows.end() ? std::optional<Row>() : *row;
  }
  template <class Row, class Matches>
  static core::Result<bool> any(const std::vector<Row>& rows, Matches matches) {
    return std::any_of(rows.begin(), rows.end(), matches);
  }
  // Empty: its application is gone.
  std::optional<core::UserId> owner(const model::Message& message) const {
    const auto application = first(applications, has(message.application));
    return application ? std::optional(application->user) : std::nullopt;
  }

  static core::Error down() { return core::failure(core::ErrorCode::unavailable, "the database is unavailable"); }
  static core::Error stopping() { return core::failure(core::ErrorCode::unavailable, "the server is stopping"); }
  template <class T>
  static core::Result<void> nothing(const core::Result<T>& done) {
    if (!done) return done.error();
    return {};
  }
  template <class Row>
  static core::Result<void> pass_on(const std::vector<Row>& rows, store::Finder::Take<Row>& take) {
    for (const Row& row : rows) {
      if (!take(row)) break;
    }
    return {};
  }

  // Ids rise and are never reused.
  template <class Row>
  static auto next_id(const std::vector<Row>& rows, std::uint64_t& last) {
    if (!rows.empty()) last = std::max(last, core::value(rows.back().id));
    return decltype(Row::id){++last};
  }
  core::MessageId newest_ever() const {
    return core::MessageId{messages.empty() ? last_message_ : std::max(last_message_, core::value(messages.back().id))};
  }
  std::uint64_t& last(const std::vector<model::User>&) { return last_user_; }
  std::uint64_t& last(const std::vector<model::Application>&) { return last_application_; }
  std::uint64_t& last(const std::vector<model::Client>&) { return last_client_; }
  template <class Row>
  core::Result<Row> add(std::vector<Row>& rows, core::Result<Row> created) {
    if (!created) return created;
    created->id = next_id(rows, last(rows));
    rows.push_back(*created);
    return created;
  }
  core::Result<model::Message> add(store::NewMessage& wanted) {
    if (!first(applications, has(wanted.application))) return store::gone("application");
    model::Message message;
    message.application = wanted.application;
    message.message = std::move(wanted.message);
    message.title = std::move(wanted.title);
    message.priority = wanted.priority;
    message.extras = std::move(wanted.extras);
    message.date = wanted.date;
    message.id = next_id(messages, last_message_);
    messages.push_back(message);
    return message;
  }
  template <class Row>
  core::Result<Row> put(std::vector<Row>& rows, core::Result<Row> changed) {
    if (changed) *std::find_if(rows.begin(), rows.end(), has(changed->id)) = *changed;
    return changed;
  }

 public:
  // Rows by ascending id.
  std::vector<model::User> users;
  std::vector<model::Application> applications;
  std::vector<model::Client> clients;
  std::vector<model::Message> messages;

  model::User& add_user(std::uint64_t id, std::string name, std::string hash, bool admin) {
    return users.emplace_back(model::User{core::UserId{id}, std::move(name), std::move(hash), admin, {}});
  }
  model::Application& add_application(std::uint64_t id, std::uint64_t user, std::string token, std::string name) {
    model::Application& application = applications.emplace_back();
    application.id = core::ApplicationId{id};
    application.user = core::UserId{user};
    application.token = std::move(token);
    application.name = std::move(name);
    return application;
  }
  model::Client& add_client(std::uint64_t id, std::uint64_t user, std::string token) {
    model::Client& client = clients.emplace_back();
    client.id = core::ClientId{id};
    client.user = core::UserId{user};
    client.token = std::move(token);
    return client;
  }

  core::Result<std::optional<model::User>> user(core::UserId id) override { return first(users, has(id)); }
  core::Result<std::optional<model::Application>> application(core::ApplicationId id) override {
    return first(applications, has(id));
  }
  core::Result<std::optional<model::Client>> client(core::ClientId id) override { return first(clients, has(id)); }
  core::Result<bool> has_user_name(std::string_view name, core::UserId but) override {
    return any(users, [=](const model::User& row) { return row.name == name && row.id != but; });
  }
  core::Result<bool> has_admin(core::UserId but) override {
    return any(users, [=](const model::User& row) { return row.admin && row.id != but; });
  }
  core::Result<bool> has_application_token(std::string_view token, core::ApplicationId but) override {
    return any(applications, [=](const model::Application& row) { return row.token == token && row.id != but; });
  }
  core::Result<bool> has_client_token(std::string_view token) override {
    return any(clients, [=](const model::Client& row) { return row.token == token; });
  }
  core::Result<bool> has_sort_key(core::UserId user, std::string_view key, core::ApplicationId but) override {
    return any(applications,
               [=](const model::Application& row) { return row.user == user && row.sort_key == key && row.id != but; });
  }
  core::Result<std::string> greatest_sort_key(core::UserId user) override {
    std::string greatest;
    for (const model::Application& row : applications) {
      if (row.user == user) greatest = std::max(greatest, row.sort_key);
    }
    return greatest;
  }
  core::Result<std::size_t> count_applications(core::UserId user) override {
    return static_cast<std::size_t>(std::count_if(applications.begin(), applications.end(), of(user)));
  }
  core::Result<std::size_t> count_clients(core::UserId user) override {
    return static_cast<std::size_t>(std::count_if(clients.begin(), clients.end(), of(user)));
  }
  core::Result<bool> has_image(std::string_view image, core::ApplicationId but) override {
    return any(applications, [=](const model::Application& row) { return row.image == image && row.id != but; });
  }
  core::Result<std::vector<std::string>> images_of_no_other(core::UserId user) override {
    std::vector<std::string> images;
    for (const model::Application& own : applications) {
      const auto elsewhere = [&](const auto& row) { return row.user != user && row.image == own.image; };
      if (own.user != user || own.image.empty() || *any(applications, elsewhere)) continue;
      if (std::find(images.begin(), images.end(), own.image) == images.end()) images.push_back(own.image);
    }
    return images;
  }

 private:
  std::uint64_t last_user_ = 0;
  std::uint64_t last_application_ = 0;
  std::uint64_t last_client_ = 0;
  std::uint64_t last_message_ = 0;
};

}  // namespace push::test
