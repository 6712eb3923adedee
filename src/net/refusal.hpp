// Every error status that net itself sends, in one table: bad connections, requests and handshakes.
// A handler's own answers are chosen in api.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace push::net {

enum class Refusal : std::uint8_t {
  malformed,            // detail: what is wrong with the bytes
  too_slow,             // header or body did not arrive in time
  body_too_large,       // detail: the limit in bytes, and the key that sets it
  header_too_large,     // detail: which limit, and the key if one sets it
  unknown_coding,       // a Transfer-Encoding other than chunked
  unknown_expectation,  // an Expect other than 100-continue
  no_memory,            // the request budget is spent
  no_streams,           // this listener has none, or the server is shutting down
  unserved_transport,
  bad_handshake,  // detail: what is wrong with it
  early_data,     // bytes after the handshake
  old_protocol,   // a handshake over HTTP/1.0
  foreign_origin,
  unanswered,  // a handler dropped its Reply
};

unsigned status_of(Refusal refusal);
// The text for the client, which may be empty; `detail` completes it where the list above says so.
std::string reason_of(Refusal refusal, std::string_view detail = {});

}  // namespace push::net
