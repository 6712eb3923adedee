// What the server stores: plain values, one struct per table of Gotify's schema (protocol 7.1).
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "push/core/clock.hpp"
#include "push/core/ids.hpp"

namespace push::model {

struct Message {
  core::MessageId id{};
  core::ApplicationId application{};
  std::string message;
  std::string title;
  std::int64_t priority = 0;
  std::string extras;  // compact JSON object as stored and sent; empty = none
  core::WallTime date;
};

struct Application {
  core::ApplicationId id{};
  core::UserId user{};
  std::string token;  // as stored
  std::string name;
  std::string description;
  bool internal = false;
  std::string image;  // file name, empty = the default picture
  std::int64_t default_priority = 0;
  core::WallTime created_at;
  std::optional<core::WallTime> last_used;
  std::string sort_key;
};

struct Client {
  core::ClientId id{};
  core::UserId user{};
  std::string token;  // as stored
  std::string name;
  core::WallTime created_at;
  std::optional<core::WallTime> last_used;
  std::optional<core::WallTime> elevated_until;
  std::uint64_t expires_after_inactivity_seconds = 0;  // 0 = never
  std::optional<core::WallTime> expires_at;
};

struct User {
  core::UserId id{};
  std::string name;
  std::string pass_hash;  // bcrypt; empty = no password login
  bool admin = false;
  core::WallTime created_at;
};

}  // namespace push::model
