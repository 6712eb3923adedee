// Save and find. One abstract Store, so that a room above never knows whether SQLite or PostgreSQL is below.
//
// Threads: find_* and list_* may be called from any worker thread; they block on the disk, never on the writer.
// append() may be called from any loop and never blocks. Every other change blocks its caller (a worker) until the
// writer thread has committed it. Changes are applied in the order in which they were queued, and one transaction
// holds many of them; each stands or falls alone.
//
// Errors: unavailable (queue full, disk full, I/O error, database locked: nothing was saved), not_found, invalid.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/result.hpp"
#include "push/model/entities.hpp"

namespace push::store {

// A message on its way in: everything but the id.
struct NewMessage {
  core::ApplicationId application{};
  std::string message;
  std::string title;
  std::int64_t priority = 0;
  std::string extras;
  core::WallTime date;
};

struct NewApplication {
  core::UserId user{};
  std::string token;
  std::string name;
  std::string description;
  std::int64_t default_priority = 0;
  std::string sort_key;  // empty = after the user's greatest (gotify-spec 7.4)
};

struct NewClient {
  core::UserId user{};
  std::string token;
  std::string name;
  std::uint64_t expires_after_inactivity_seconds = 0;
};

struct NewUser {
  std::string name;
  std::string pass_hash;
  bool admin = false;
};

// Ids strictly below `since` (0 = from the newest), newest first, at most `limit`.
struct PageRequest {
  std::uint64_t since = 0;
  std::uint64_t limit = 100;
};

class Store {
 public:
  // Called exactly once on the writer thread: after the commit, in id order, with the stored message; or with the error
  // for which nothing was stored (not_found: the application is gone). Must not block.
  using Appended = core::Callback<void(core::Result<model::Message>)>;

  virtual ~Store() = default;

  // ---- the message path
  // unavailable: the queue is full or the store stops, and `done` will not be called.
  virtual core::Result<void> append(NewMessage message, Appended done) = 0;

  // ---- find
  virtual core::Result<std::optional<model::User>> find_user(core::UserId id) = 0;
  virtual core::Result<std::optional<model::User>> find_user_by_name(std::string_view name) = 0;
  virtual core::Result<std::optional<model::Application>> find_application(core::ApplicationId id) = 0;
  virtual core::Result<std::optional<model::Application>> find_application_by_token(std::string_view token) = 0;
  // Expired clients are invisible (gotify-spec 1.7).
  virtual core::Result<std::optional<model::Client>> find_client(core::ClientId id) = 0;
  virtual core::Result<std::optional<model::Client>> find_client_by_token(std::string_view token) = 0;
  virtual core::Result<std::vector<model::User>> list_users() = 0;                                 // by id
  virtual core::Result<std::vector<model::Application>> list_applications(core::UserId user) = 0;  // by sort key, id
  virtual core::Result<std::vector<model::Client>> list_clients(core::UserId user) = 0;            // by id
  virtual core::Result<std::vector<model::Message>> list_messages(core::UserId user, PageRequest page) = 0;
  virtual core::Result<std::vector<model::Message>> list_messages(core::ApplicationId application,
                                                                  PageRequest page) = 0;
  virtual core::Result<void> ping() = 0;

  // ---- change
  // create_application and create_client: not_found if the user is gone, invalid if the token is taken.
  virtual core::Result<model::User> create_user(NewUser user) = 0;  // invalid: the name is taken
  virtual core::Result<model::Application> create_application(
      NewApplication application) = 0;  // invalid: sort key taken
  virtual core::Result<model::Client> create_client(NewClient client) = 0;
  virtual core::Result<void> delete_message(core::UserId user,
                                            core::MessageId id) = 0;  // not_found: missing or foreign
  // Those that are there when the call comes; in slices, so a failure may leave the older ones deleted.
  virtual core::Result<void> delete_messages(core::UserId user) = 0;
  virtual core::Result<void> delete_messages(core::ApplicationId application) = 0;

  // ---- lifetime (main)
  // Refuses new changes, commits what is queued, answers every callback, stops the writer. Finds still work.
  // Idempotent.
  virtual void drain() = 0;
};

}  // namespace push::store
