#include "push/stream/message.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "push/websocket/frame.hpp"

namespace push::stream {
namespace {

constexpr std::string_view kNewline = "\n";  // every frame ends with one, the HTTP response does not (protocol 3)

template <class Id>
std::string text_of(Id id) {
  return std::to_string(core::value(id));
}

websocket::Header frame_header(std::size_t json) {
  return websocket::server_header(websocket::Opcode::text, json + kNewline.size());
}

// One event of text/event-stream. A receiver joins several data lines with line feeds. id "" = none: the receiver keeps
// the last one.
core::Bytes event_block(const std::string& id, std::string_view json) {
  std::string text = id.empty() ? std::string() : "id: " + id + "\n";
  text.reserve(text.size() + json.size() + 16);
  for (std::size_t at = 0; at <= json.size();) {
    const std::size_t end = std::min(json.find('\n', at), json.size());
    (text += "data: ").append(json, at, end - at) += '\n';
    at = end + 1;
  }
  return core::Bytes::join(text, kNewline);
}

std::string typed_json(std::string_view message) {
  std::string text = "{\"event\":\"message\",\"message\":";
  return text.append(message) += '}';
}

}  // namespace

Message::Message(Kind kind, Cursor at, core::ApplicationId application, core::UserId user, std::string_view json)
    : bytes_(core::Bytes::join_behind<Head>(frame_header(json.size()).view(), json, kNewline, kind, at, application,
                                            user)) {}

Message Message::probe(core::UserId user, std::string_view payload) {
  const websocket::ControlFrame ping = websocket::control_frame(websocket::Opcode::ping, payload);
  return Message(core::Bytes::join_behind<Head>(ping.view(), std::string_view(), std::string_view(), Kind::probe,
                                                Cursor{{}, {}}, core::ApplicationId{}, user));
}

std::string_view Message::line() const {
  return websocket::payload_of(bytes_.view());
}

std::string_view Message::encoded(Encoding encoding) const {
  if (kind() == Kind::probe) {
    const bool pings = encoding == Encoding::websocket || encoding == Encoding::typed_websocket;
    return pings ? bytes_.view() : std::string_view();
  }
  const bool is_message = kind() == Kind::message;
  switch (encoding) {
    case Encoding::websocket:
      return is_message ? bytes_.view() : std::string_view();
    case Encoding::ndjson:
      return is_message ? line() : std::string_view();
    case Encoding::sse:
      return is_message ? made(Made::sse) : std::string_view();
    case Encoding::typed_websocket:
      return is_message ? made(Made::typed_frame) : bytes_.view();
    case Encoding::typed_ndjson:
      return is_message ? websocket::payload_of(made(Made::typed_frame)) : line();
    case Encoding::typed_sse:
      break;
  }
  return made(Made::typed_sse);
}

core::Bytes Message::make(Made which) const {
  if (which == Made::sse) return event_block(text_of(id()), json());
  if (which == Made::typed_frame) {
    const std::string text = typed_json(json());
    return core::Bytes::join(frame_header(text.size()).view(), text, kNewline);
  }
  const std::string id = kind() == Kind::notice ? std::string() : text_of(at().message) + "-" + text_of(at().event);
  return kind() == Kind::message ? event_block(id, typed_json(json())) : event_block(id, json());
}

Message::Head::~Head() {
  for (const auto& one : made) delete one.load(std::memory_order_acquire);
}

// Two concurrent first calls both make it; one result is kept.
std::string_view Message::made(Made which) const {
  std::atomic<const core::Bytes*>& kept = head().made[static_cast<std::size_t>(which)];
  const core::Bytes* bytes = kept.load(std::memory_order_acquire);
  if (bytes == nullptr) {
    auto mine = std::make_unique<const core::Bytes>(make(which));
    if (kept.compare_exchange_strong(bytes, mine.get(), std::memory_order_acq_rel)) bytes = mine.release();
  }
  return bytes->view();
}

}  // namespace push::stream
