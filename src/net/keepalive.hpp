// What a stream with events is sent once per ping period: a page's script sees neither a WebSocket's ping nor a
// comment.
#pragma once
#include <string>

#include "push/stream/message.hpp"

namespace push::net {

inline std::string kept_alive(stream::Encoding plain) {
  const auto value = stream::Message::notice({}, R"({"event":"keepalive"})");
  return std::string(value.encoded(stream::typed(plain)));
}

}  // namespace push::net
