// Helpers for tests of any store, through its interface only.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "push/store/store.hpp"
#include "support/await.hpp"

namespace push::store {

class StoreActions : public ::testing::Test {
 protected:
  core::UserId user(const std::string& name) {
    auto created = test::await(*store, &Store::create_user, NewUser{name, "hash of " + name, false});
    EXPECT_TRUE(created) << created.error().text;
    return created ? created->id : core::UserId{};
  }

  core::ApplicationId application(core::UserId owner, const std::string& token) {
    auto created =
        test::await(*store, &Store::create_application, NewApplication{owner, token, "name of " + token, "", 0, ""});
    EXPECT_TRUE(created) << created.error().text;
    return created ? created->id : core::ApplicationId{};
  }

  core::ClientId client(core::UserId owner, const std::string& token, std::uint64_t inactivity) {
    const auto created =
        test::await(*store, &Store::create_client, NewClient{owner, token, "name of " + token, inactivity});
    EXPECT_TRUE(created) << created.error().text;
    return created ? created->id : core::ClientId{};
  }

  // What the housekeeper does when none of them is in use.
  core::Result<std::vector<OwnedClient>> delete_expired(core::WallTime now) {
    auto expired = store->find_expired_clients(now);
    if (!expired) return expired;
    return store->delete_expired_clients(*std::move(expired), now);
  }

  model::Client stored(core::ClientId id) {
    const auto found = store->find_client(id);
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : model::Client{};
  }

  // As precise as every store keeps a time.
  static core::WallTime now() {
    return core::WallTime(std::chrono::floor<std::chrono::microseconds>(core::wall_now()));
  }

  static NewMessage text(core::ApplicationId application, std::string message) {
    NewMessage fresh;
    fresh.application = application;
    fresh.message = std::move(message);
    fresh.title = "title";
    fresh.date = now();
    return fresh;
  }

  // Appends and waits for the answer.
  core::Result<StoredMessage> append(NewMessage message) {
    std::promise<core::Result<StoredMessage>> answer;
    auto future = answer.get_future();
    auto queued = store->append(std::move(message),
                                [&](core::Result<StoredMessage> stored) { answer.set_value(std::move(stored)); });
    if (!queued) return queued.error();
    return future.get();
  }

  // A message under an idempotency key. `content` stands for what the sender has given.
  static NewMessage keyed(core::ApplicationId application, std::uint64_t key, std::string message,
                          std::uint64_t content = 1) {
    NewMessage fresh = text(application, std::move(message));
    fresh.idempotency = IdempotencyKey{{key, ~key}, {content, ~content}};
    return fresh;
  }

  core::MessageId append_id(core::ApplicationId application, const std::string& message) {
    auto stored = append(text(application, message));
    EXPECT_TRUE(stored) << stored.error().text;
    return stored ? stored->id : core::MessageId{};
  }

  // What a list passes on.
  template <class Row, class List>
  core::Result<std::vector<Row>> whole(List list) {
    std::vector<Row> rows;
    auto read = list([&rows](const Row& row) {
      rows.push_back(row);
      return true;
    });
    if (!read) return std::move(read).error();
    return rows;
  }
  template <class Owner>
  core::Result<std::vector<model::Message>> listed(Owner owner, PageRequest page) {
    return whole<model::Message>([&](auto take) { return store->list_messages(owner, page, std::move(take)); });
  }
  // At most `limit`, at least one if there is one.
  core::Result<std::vector<model::Message>> listed_after(core::UserId owner, core::MessageId after, std::size_t limit) {
    std::vector<model::Message> messages;
    auto read = store->list_messages_after(owner, after, [&](const model::Message& message) {
      messages.push_back(message);
      return messages.size() < limit;
    });
    if (!read) return std::move(read).error();
    return messages;
  }
  core::Result<std::vector<model::Application>> applications_of(core::UserId owner) {
    return whole<model::Application>([&](auto take) { return store->list_applications(owner, std::move(take)); });
  }
  core::Result<std::vector<model::Client>> clients_of(core::UserId owner) {
    return whole<model::Client>([&](auto take) { return store->list_clients(owner, std::move(take)); });
  }

  static std::vector<std::uint64_t> ids(const core::Result<std::vector<model::Message>>& messages) {
    EXPECT_TRUE(messages) << messages.error().text;
    std::vector<std::uint64_t> all;
    if (messages) {
      for (const auto& message : *messages) all.push_back(core::value(message.id));
    }
    return all;
  }

  template <class T>
  static void expect_failure(const core::Result<T>& result, core::ErrorCode code, const std::string& text) {
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(result.error().text, text);
  }
  template <class T>
  static void expect_failure(const core::Result<T>& result, core::Conflict conflict, const std::string& text) {
    expect_failure(result, core::ErrorCode::conflict, text);
    EXPECT_EQ(result.error().conflict, conflict) << text;
  }

  std::unique_ptr<Store> store;
};

// Deletes the messages of a user or an application and waits until that is done.
template <class Owner>
core::Result<void> purge(Store& store, Owner owner, core::MessageId up_to = kEveryMessage) {
  std::promise<core::Result<void>> end;
  auto result = end.get_future();
  auto queued =
      store.delete_messages(owner, up_to, [&end](core::Result<void> done) { end.set_value(std::move(done)); });
  if (!queued) return queued;
  return result.get();
}

}  // namespace push::store
