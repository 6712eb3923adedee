// A store in memory for the tests of auth and api: plain vectors, a switch that makes every call fail, counters, and a
// hook that runs in the middle of a look-up.
#pragma once
#include <algorithm>
#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "push/store/store.hpp"

namespace push::test {

// Which row of a table.
template <class Id>
auto with_id(Id id) {
  return [id](const auto& row) { return row.id == id; };
}
template <class Id>
auto owned(core::UserId user, Id id) {
  return [user, id](const auto& row) { return row.id == id && row.user == user; };
}

class FakeStore final : public store::Store {
 public:
  std::vector<model::User> users;
  std::vector<model::Application> applications;
  std::vector<model::Client> clients;
  std::vector<model::Message> messages;  // ascending ids
  bool broken = false;
  std::optional<core::Error> append_answer;  // what append() calls back with, instead of storing
  int lookups = 0;
  std::function<void()> during_lookup;
  std::atomic<bool> full = false;  // refuses touches
  std::atomic<int> application_touches = 0;
  std::atomic<int> client_touches = 0;

  model::User& add_user(std::uint64_t id, std::string name, std::string hash, bool admin) {
    model::User user;
    user.id = core::UserId{id};
    user.name = std::move(name);
    user.pass_hash = std::move(hash);
    user.admin = admin;
    return users.emplace_back(std::move(user));
  }
  model::Application& add_application(std::uint64_t id, std::uint64_t user, std::string token, std::string name) {
    model::Application application;
    application.id = core::ApplicationId{id};
    application.user = core::UserId{user};
    application.token = std::move(token);
    application.name = std::move(name);
    return applications.emplace_back(std::move(application));
  }
  model::Client& add_client(std::uint64_t id, std::uint64_t user, std::string token) {
    model::Client client;
    client.id = core::ClientId{id};
    client.user = core::UserId{user};
    client.token = std::move(token);
    return clients.emplace_back(std::move(client));
  }

  core::Result<void> append(store::NewMessage message, Appended done) override {
    if (broken) return down();
    if (append_answer) {
      done(*append_answer);
      return {};
    }
    model::Message stored;
    stored.id = core::MessageId{messages.empty() ? 1 : core::value(messages.back().id) + 1};
    stored.application = message.application;
    stored.message = std::move(message.message);
    stored.title = std::move(message.title);
    stored.priority = message.priority;
    stored.extras = std::move(message.extras);
    stored.date = message.date;
    messages.push_back(stored);
    done(std::move(stored));
    return {};
  }

  core::Result<std::optional<model::User>> find_user(core::UserId id) override {
    return find(users, [id](const model::User& user) { return user.id == id; });
  }
  core::Result<std::optional<model::User>> find_user_by_name(std::string_view name) override {
    return find(users, [name](const model::User& user) { return user.name == name; });
  }
  core::Result<std::optional<model::Application>> find_application(core::ApplicationId id) override {
    return find(applications, [id](const model::Application& application) { return application.id == id; });
  }
  core::Result<std::optional<model::Application>> find_application_by_token(std::string_view token) override {
    return find(applications, [token](const model::Application& application) { return application.token == token; });
  }
  core::Result<std::optional<model::Client>> find_client(core::ClientId id) override {
    return find(clients, [id](const model::Client& client) { return client.id == id && !expired(client); });
  }
  core::Result<std::optional<model::Client>> find_client_by_token(std::string_view token) override {
    return find(clients, [token](const model::Client& client) { return client.token == token && !expired(client); });
  }
  core::Result<bool> has_users() override {
    if (broken) return down();
    return !users.empty();
  }
  core::Result<std::vector<model::User>> list_users() override {
    if (broken) return down();
    return users;
  }
  core::Result<std::vector<model::Application>> list_applications(core::UserId user) override {
    return select(applications, [user](const model::Application& application) { return application.user == user; });
  }
  core::Result<std::vector<model::Client>> list_clients(core::UserId user) override {
    return select(clients, [user](const model::Client& client) { return client.user == user; });
  }
  core::Result<std::vector<model::Message>> list_messages(core::UserId user, store::PageRequest page) override {
    return list(page, [this, user](const model::Message& message) { return owner(message) == user; });
  }
  core::Result<std::vector<model::Message>> list_messages(core::ApplicationId application,
                                                          store::PageRequest page) override {
    return list(page, [application](const model::Message& message) { return message.application == application; });
  }
  core::Result<void> ping() override {
    if (broken) return down();
    return {};
  }

  core::Result<model::User> create_user(store::NewUser user) override {
    if (broken) return down();
    for (const model::User& other : users) {
      if (other.name == user.name) return name_taken();
    }
    return add_user(next_id(users), std::move(user.name), std::move(user.pass_hash), user.admin);
  }
  core::Result<model::Application> create_application(store::NewApplication application) override {
    if (broken) return down();
    for (const model::Application& other : applications) {
      if (other.user == application.user && !application.sort_key.empty() && other.sort_key == application.sort_key) {
        return core::failure(core::Conflict::sort_key, "sort key is not unique");
      }
    }
    model::Application& stored =
        add_application(next_id(applications), core::value(application.user), application.token, application.name);
    stored.description = std::move(application.description);
    stored.default_priority = application.default_priority;
    stored.sort_key = application.sort_key.empty() ? "a0" : std::move(application.sort_key);
    return stored;
  }
  core::Result<model::Client> create_client(store::NewClient client) override {
    if (broken) return down();
    model::Client& stored = add_client(next_id(clients), core::value(client.user), client.token);
    stored.name = std::move(client.name);
    stored.elevated_until = client.elevated_until;
    stored.expires_after_inactivity_seconds = client.expires_after_inactivity_seconds;
    return stored;
  }
  core::Result<void> delete_message(core::UserId user, core::MessageId id) override {
    if (broken) return down();
    const auto gone = std::erase_if(messages, [this, user, id](const model::Message& message) {
      return message.id == id && owner(message) == user;
    });
    if (gone == 0) return core::failure(core::ErrorCode::not_found, "no such message");
    return {};
  }
  core::Result<void> delete_messages(core::UserId user, Purged done) override {
    if (broken) return down();
    std::erase_if(messages, [this, user](const model::Message& message) { return owner(message) == user; });
    done({});
    return {};
  }
  core::Result<void> delete_messages(core::ApplicationId application, Purged done) override {
    if (broken) return down();
    std::erase_if(messages, [application](const model::Message& m) { return m.application == application; });
    done({});
    return {};
  }
  core::Result<model::Application> update_application(core::UserId user, core::ApplicationId id,
                                                      store::ApplicationChange change) override {
    for (const model::Application& other : applications) {
      if (other.user == user && other.id != id && !change.sort_key.empty() && other.sort_key == change.sort_key) {
        return core::failure(core::Conflict::sort_key, "sort key is not unique");
      }
    }
    return change_row(applications, owned(user, id), [&change](model::Application& application) {
      application.name = std::move(change.name);
      application.description = std::move(change.description);
      application.default_priority = change.default_priority;
      if (!change.sort_key.empty()) application.sort_key = std::move(change.sort_key);
    });
  }
  core::Result<model::Application> set_application_token(core::UserId user, core::ApplicationId id,
                                                         std::string token) override {
    return change_row(applications, owned(user, id),
                      [&token](model::Application& application) { application.token = std::move(token); });
  }
  core::Result<store::ImageChange> set_application_image(core::UserId user, core::ApplicationId id,
                                                         std::string image) override {
    std::string former = std::move(image);
    auto changed = change_row(applications, owned(user, id),
                              [&former](model::Application& application) { std::swap(application.image, former); });
    if (!changed) return std::move(changed).error();
    return store::ImageChange{*std::move(changed), std::move(former)};
  }
  core::Result<model::Client> update_client(core::UserId user, core::ClientId id, store::ClientChange change) override {
    return change_row(clients, owned(user, id), [&change](model::Client& client) {
      client.name = std::move(change.name);
      if (change.expires_after_inactivity_seconds) {
        client.expires_after_inactivity_seconds = *change.expires_after_inactivity_seconds;
      }
    });
  }
  core::Result<void> elevate_client(core::UserId user, core::ClientId id,
                                    std::optional<core::WallTime> until) override {
    const auto changed =
        change_row(clients, owned(user, id), [until](model::Client& client) { client.elevated_until = until; });
    if (!changed) return changed.error();
    return {};
  }
  core::Result<model::User> update_user(core::UserId id, store::UserChange change) override {
    for (const model::User& other : users) {
      if (other.id != id && other.name == change.name) {
        return name_taken();
      }
    }
    if (!change.admin && is_last_admin(id)) return last_admin();
    return change_row(users, with_id(id), [&change](model::User& user) {
      user.name = std::move(change.name);
      user.admin = change.admin;
      if (!change.pass_hash.empty()) user.pass_hash = std::move(change.pass_hash);
    });
  }
  core::Result<void> set_password(core::UserId id, std::string pass_hash) override {
    const auto changed =
        change_row(users, with_id(id), [&pass_hash](model::User& user) { user.pass_hash = std::move(pass_hash); });
    if (!changed) return changed.error();
    return {};
  }
  bool touch_application(core::ApplicationId id, core::WallTime at) override {
    if (full) return false;
    ++application_touches;
    return change_row(applications, with_id(id), [at](model::Application& row) { row.last_used = at; }).has_value();
  }
  bool touch_clients(std::vector<core::ClientId> ids, core::WallTime at) override {
    if (full) return false;
    client_touches += static_cast<int>(ids.size());
    for (const core::ClientId id : ids) {
      static_cast<void>(change_row(clients, with_id(id), [at](model::Client& row) { row.last_used = at; }));
    }
    return !broken;
  }
  core::Result<std::string> delete_application(core::UserId user, core::ApplicationId id) override {
    std::string image;
    auto found = change_row(applications, owned(user, id),
                            [&image](model::Application& application) { image = application.image; });
    if (!found) return std::move(found).error();
    if (found->internal) return core::failure(core::Conflict::internal, "cannot delete internal application");
    std::erase_if(applications, with_id(id));
    std::erase_if(messages, [id](const model::Message& message) { return message.application == id; });
    return image;
  }
  core::Result<void> delete_client(core::UserId user, core::ClientId id) override {
    if (broken) return down();
    if (std::erase_if(clients, owned(user, id)) == 0) return missing();
    return {};
  }
  core::Result<std::vector<store::OwnedClient>> delete_expired_clients(core::WallTime now) override {
    if (broken) return down();
    std::vector<store::OwnedClient> gone;
    std::erase_if(clients, [&gone, now](const model::Client& client) {
      const bool over = client.expires_at && *client.expires_at <= now;
      if (over) gone.push_back({client.user, client.id});
      return over;
    });
    return gone;
  }
  core::Result<std::vector<std::string>> delete_user(core::UserId id) override {
    if (broken) return down();
    if (std::none_of(users.begin(), users.end(), with_id(id))) return missing();
    if (is_last_admin(id)) return last_admin();
    std::vector<std::string> images;
    std::erase_if(messages, [this, id](const model::Message& message) { return owner(message) == id; });
    std::erase_if(applications, [&images, id](const model::Application& application) {
      if (application.user == id && !application.image.empty()) images.push_back(application.image);
      return application.user == id;
    });
    std::erase_if(clients, [id](const model::Client& client) { return client.user == id; });
    std::erase_if(users, with_id(id));
    return images;
  }
  void drain() override {}

 private:
  static core::Error down() { return core::failure(core::ErrorCode::unavailable, "the database is away"); }
  static core::Error missing() { return core::failure(core::ErrorCode::not_found, "no such row"); }
  static core::Error name_taken() { return core::failure(core::Conflict::name, "username already exists"); }
  static core::Error last_admin() { return core::failure(core::Conflict::last_admin, "cannot delete last admin"); }
  template <class Row>
  static std::uint64_t next_id(const std::vector<Row>& rows) {
    return rows.empty() ? 1 : core::value(rows.back().id) + 1;
  }
  bool is_last_admin(core::UserId id) const {
    bool asked = false;
    bool others = false;
    for (const model::User& user : users) (user.id == id ? asked : others) |= user.admin;
    return asked && !others;
  }
  static bool expired(const model::Client& client) {
    return client.expires_at && *client.expires_at <= core::wall_now();
  }
  core::UserId owner(const model::Message& message) const {
    for (const model::Application& application : applications) {
      if (application.id == message.application) return application.user;
    }
    return {};
  }

  // Changes the row that matches, and gives what it is then.
  template <class Row, class Matches, class Change>
  core::Result<Row> change_row(std::vector<Row>& rows, Matches matches, Change change) {
    if (broken) return down();
    const auto row = std::find_if(rows.begin(), rows.end(), matches);
    if (row == rows.end()) return missing();
    change(*row);
    return *row;
  }
  template <class Row, class Matches>
  core::Result<std::optional<Row>> find(const std::vector<Row>& rows, Matches matches) {
    ++lookups;
    if (broken) return down();
    const auto row = std::find_if(rows.begin(), rows.end(), matches);
    std::optional<Row> found;
    if (row != rows.end()) found = *row;
    if (during_lookup) during_lookup();
    return found;
  }
  template <class Row, class Matches>
  core::Result<std::vector<Row>> select(const std::vector<Row>& rows, Matches matches) {
    if (broken) return down();
    std::vector<Row> found;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(found), matches);
    return found;
  }
  template <class Matches>
  core::Result<std::vector<model::Message>> list(store::PageRequest page, Matches matches) {
    if (broken) return down();
    std::vector<model::Message> found;
    for (auto message = messages.rbegin(); message != messages.rend() && found.size() < page.limit; ++message) {
      if (page.since != 0 && core::value(message->id) >= page.since) continue;
      if (matches(*message)) found.push_back(*message);
    }
    return found;
  }
};

}  // namespace push::test
