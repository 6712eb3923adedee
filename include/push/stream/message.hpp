// What a stream carries: an immutable value, shared by reference count, that any thread may hold and copy. It knows its
// ids, its JSON, and its encoding for each transport; an encoding that nobody needs is not made.
//
//   message  a stored message: for every stream of its user
//   event    an entry of the user's log, e.g. a deletion: for streams that asked for events
//   notice   something that is not logged, e.g. a changed application: for the same streams, while they are open
//   probe    a ping behind a message, for the WebSockets that are live: its pong says that the message has arrived
//
// One allocation holds ids, JSON and WebSocket frame: the JSON is a part of the frame, and so is the NDJSON line. The
// other encodings are made on first use and live as long as the value.
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "push/core/bytes.hpp"
#include "push/core/clock.hpp"
#include "push/core/ids.hpp"
#include "push/stream/cursor.hpp"

namespace push::stream {

// The encodings on a stream. typed_: of streams that asked for events; a message is {"event":"message","message":JSON}.
// The others have no bytes for events and notices.
enum class Encoding : std::uint8_t {
  websocket,  // a text frame of the JSON and a newline (protocol 3)
  sse,        // "id: <message id>", the JSON as "data: " lines, an empty line; no "event:" line
  ndjson,     // the JSON and a newline
  typed_websocket,
  typed_sse,  // "id: <message id>-<event id>", how far the stream has come with it; none for a notice
  typed_ndjson,
};
inline constexpr std::size_t kEncodings = 6;

constexpr Encoding typed(Encoding plain) {
  return static_cast<Encoding>(static_cast<std::uint8_t>(plain) + 3U);
}

class Message {
 public:
  enum class Kind : std::uint8_t { message, event, notice, probe };

  Message() = default;  // empty; to be assigned to
  // json: compact, as model::append_json prints it; copied. A line feed in it would break NDJSON. event: the newest in
  // the log when the message was committed.
  Message(core::MessageId id, core::ApplicationId application, core::UserId user, std::string_view json,
          core::EventId event = {})
      : Message(Kind::message, {id, event}, application, user, json) {}
  // at: the newest message when the event was committed, and the event's id.
  static Message event(Cursor at, core::UserId user, std::string_view json) {
    return {Kind::event, at, {}, user, json};
  }
  static Message notice(core::UserId user, std::string_view json) { return {Kind::notice, {{}, {}}, {}, user, json}; }
  // payload: of the ping, at most 125 bytes.
  static Message probe(core::UserId user, std::string_view payload);

  Kind kind() const { return head().kind; }
  // Of an event the newest message before it.
  core::MessageId id() const { return head().at.message; }
  const Cursor& at() const { return head().at; }
  core::ApplicationId application() const { return head().application; }
  core::UserId user() const { return head().user; }  // whose streams it goes to
  // Since it was made; right for an hour.
  std::uint32_t age_in_microseconds() const { return stamp() - head().born; }
  // A stream that has come as far as `cursor` has it, or does not want it.
  bool is_behind(const Cursor& cursor) const {
    if (kind() == Kind::message) return id() <= cursor.message;
    return kind() == Kind::event ? at().event <= cursor.event : cursor.event == kNoEvents;
  }
  std::string_view json() const {
    const std::string_view whole = line();
    return whole.substr(0, whole.size() - 1);
  }
  // The same as an owning slice, e.g. for an HTTP response.
  core::Slice json_slice() const { return {bytes_, json()}; }

  // Valid while any copy of this value exists.
  std::string_view encoded(Encoding encoding) const;

 private:
  enum class Made : std::uint8_t { sse, typed_frame, typed_sse };
  static constexpr std::size_t kMade = 3;

  struct Head {
    Head(Kind k, Cursor c, core::ApplicationId a, core::UserId u) : kind(k), application(a), user(u), at(c) {}
    ~Head();
    Head(const Head&) = delete;
    Head& operator=(const Head&) = delete;

    const Kind kind;
    const std::uint32_t born = stamp();
    const core::ApplicationId application;
    const core::UserId user;
    const Cursor at;
    mutable std::array<std::atomic<const core::Bytes*>, kMade> made{};  // each is set at most once
  };
  // Microseconds modulo 2^32.
  static std::uint32_t stamp() {
    const auto now = core::steady_now().time_since_epoch();
    return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
  }
  Message(Kind kind, Cursor at, core::ApplicationId application, core::UserId user, std::string_view json);
  explicit Message(core::Bytes bytes) : bytes_(std::move(bytes)) {}
  const Head& head() const { return bytes_.head<Head>(); }
  std::string_view line() const;  // the frame's payload
  std::string_view made(Made which) const;
  core::Bytes make(Made which) const;

  core::Bytes bytes_;  // the WebSocket frame, preceded by a Head
};

}  // namespace push::stream
