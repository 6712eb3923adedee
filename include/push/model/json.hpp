// The JSON that clients read: compact, keys in Gotify's order, strings escaped as Go's encoding/json does
// (protocol 1.0 "JSON output", 1.3). Appends to `out`, so that one buffer can hold a whole list.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "push/model/entities.hpp"
#include "push/model/event.hpp"

namespace push::model {

// "text" in quotes; < > & as \u003c \u003e \u0026, U+2028/2029 escaped, invalid UTF-8 as U+FFFD.
void append_json_string(std::string& out, std::string_view text);

void append_json(std::string& out, const Message& message);
void append_json(std::string& out, const ReadMarks& marks);  // {"upTo":7,"ids":[9,12]}
void append_json(std::string& out, const Event& event);      // {"event":"delete","event_id":46,"ids":[9,12]}
// `with_token`: whether the credential is shown (protocol 0, row c).
void append_json(std::string& out, const Application& application, bool with_token);
// elevatedUntil is shown only if it is later than `now`.
void append_json(std::string& out, const Client& client, bool with_token, core::WallTime now);
void append_json(std::string& out, const User& user);
// The user and the requesting client (0 = none: Basic): Gotify's CurrentUser. elevatedUntil as above.
struct Session {
  core::ClientId client{};
  std::optional<core::WallTime> elevated_until;
};
void append_json(std::string& out, const User& user, const Session& session, core::WallTime now);

// The beginning of a page: {"paging":{...},"messages":[ ; the messages, "]" and "}" follow. `next` is the complete link
// (...?limit=..&since=..), empty = absent (protocol 4).
struct Paging {
  std::string next;
  std::uint64_t size = 0;
  std::uint64_t since = 0;
  std::uint64_t limit = 0;
};
void append_page_head(std::string& out, const Paging& paging);

}  // namespace push::model
