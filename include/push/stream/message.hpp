// A committed message on its way to the streams: an immutable value, shared by reference count, that any thread may
// hold and copy. It knows its ids, its JSON, and its encoding for each transport; an encoding that nobody needs is not
// made.
//
// One allocation holds ids, JSON and WebSocket frame: the JSON is a part of the frame, and so is the NDJSON line. The
// SSE block is made on first use and lives as long as the message.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "push/core/bytes.hpp"
#include "push/core/ids.hpp"

namespace push::stream {

// The encodings of a message on a stream.
enum class Encoding : std::uint8_t {
  websocket,  // a text frame of the JSON and a newline (protocol 3)
  sse,        // "id: <message id>", the JSON as "data: " lines, an empty line; no "event:" line
  ndjson,     // the JSON and a newline
};
inline constexpr std::size_t kEncodings = 3;

class Message {
 public:
  Message() = default;  // empty; to be assigned to
  // json: compact, as model::append_json prints it; copied. A line feed in it would break NDJSON.
  Message(core::MessageId id, core::ApplicationId application, core::UserId user, std::string_view json);

  core::MessageId id() const { return head().id; }
  core::ApplicationId application() const { return head().application; }
  core::UserId user() const { return head().user; }  // whose streams it goes to
  std::string_view json() const {
    const std::string_view whole = line();
    return whole.substr(0, whole.size() - 1);
  }
  // The same as an owning slice, e.g. for an HTTP response.
  core::Slice json_slice() const { return {bytes_, json()}; }

  // Valid while any copy of this message exists.
  std::string_view encoded(Encoding encoding) const {
    if (encoding == Encoding::websocket) return bytes_.view();
    return encoding == Encoding::ndjson ? line() : sse();
  }

 private:
  struct Head {
    Head(core::MessageId i, core::ApplicationId a, core::UserId u) : id(i), application(a), user(u) {}
    ~Head();
    Head(const Head&) = delete;
    Head& operator=(const Head&) = delete;

    const core::MessageId id;
    const core::ApplicationId application;
    const core::UserId user;
    mutable std::atomic<const core::Bytes*> sse{nullptr};  // set at most once
  };
  const Head& head() const { return bytes_.head<Head>(); }
  std::string_view line() const;  // the frame's payload
  std::string_view sse() const;

  core::Bytes bytes_;  // the WebSocket frame, preceded by a Head
};

}  // namespace push::stream
