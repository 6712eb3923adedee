// What a transaction sends to the other nodes by NOTIFY, if the bus is PostgreSQL.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "push/core/ids.hpp"

namespace push::store::postgres {

// The channel that all nodes of the database with this random id listen to.
std::string channel_of(const std::string& cluster);

// ---- SQL; `channel` is quoted
// An expression for the statement that stores messages (message_sql.hpp); sends "c node previous last".
std::string notify_commit_sql(const std::string& channel);
// A statement; sends "l".
std::string notify_log_sql(const std::string& channel);

// A received notification.
struct Notice {
  bool log = false;  // the event log was written to; otherwise messages were stored:
  std::string node;
  core::MessageId previous{};
  core::MessageId last{};
};
// None: malformed, or of a newer version.
std::optional<Notice> read_notice(std::string_view text);

}  // namespace push::store::postgres
