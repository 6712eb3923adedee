#include "push/stream/message.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "push/websocket/frame.hpp"

namespace push::stream {
namespace {

constexpr std::string_view kNewline = "\n";  // every frame ends with one, the HTTP response does not (protocol 3)

// One event of text/event-stream. A receiver joins several data lines with line feeds.
core::Bytes event_block(core::MessageId id, std::string_view json) {
  std::string text = "id: " + std::to_string(core::value(id)) + "\n";
  text.reserve(text.size() + json.size() + 16);
  for (std::size_t at = 0; at <= json.size();) {
    const std::size_t end = std::min(json.find('\n', at), json.size());
    (text += "data: ").append(json, at, end - at) += '\n';
    at = end + 1;
  }
  return core::Bytes::join(text, kNewline);
}

}  // namespace

Message::Message(core::MessageId id, core::ApplicationId application, core::UserId user, std::string_view json) {
  const websocket::Header header = websocket::server_header(websocket::Opcode::text, json.size() + kNewline.size());
  bytes_ = core::Bytes::join_behind<Head>(header.view(), json, kNewline, id, application, user);
}

std::string_view Message::line() const {
  return websocket::payload_of(bytes_.view());
}

Message::Head::~Head() {
  delete sse.load(std::memory_order_acquire);
}

// Two concurrent first calls both make it; one result is kept.
std::string_view Message::sse() const {
  const core::Bytes* made = head().sse.load(std::memory_order_acquire);
  if (made == nullptr) {
    auto mine = std::make_unique<const core::Bytes>(event_block(id(), json()));
    if (head().sse.compare_exchange_strong(made, mine.get(), std::memory_order_acq_rel)) made = mine.release();
  }
  return made->view();
}

}  // namespace push::stream
