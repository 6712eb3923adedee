#include "net/refusal.hpp"

#include <array>
#include <cstddef>

namespace push::net {
namespace {

struct Row {
  unsigned status;
  std::string_view before;  // the detail is inserted between the two
  std::string_view after;
};

// In the order of Refusal. Texts that begin with "websocket:" are gorilla/websocket's, and therefore Gotify's.
constexpr std::array<Row, 14> kRows = {{
    {400, "malformed HTTP request: ", ""},
    {408, "request timed out", ""},
    {413, "request body is larger than ", ""},
    {431, "request header ", ""},
    {501, "unsupported transfer coding", ""},
    {417, "unsupported expectation", ""},
    {503, "too many large requests in progress", ""},
    {503, "this listener serves no streams", ""},
    {400, "stream: transport not supported", ""},
    {400, "", ""},
    {400, "websocket: client sent data before handshake is complete", ""},
    {400, "websocket: the client speaks HTTP/1.0, a handshake needs HTTP/1.1", ""},
    {403, "websocket: request origin not allowed by Upgrader.CheckOrigin", ""},
    {500, "", ""},
}};
static_assert(kRows.size() == static_cast<std::size_t>(Refusal::unanswered) + 1);

const Row& row_of(Refusal refusal) {
  return kRows[static_cast<std::size_t>(refusal)];
}

}  // namespace

unsigned status_of(Refusal refusal) {
  return row_of(refusal).status;
}

std::string reason_of(Refusal refusal, std::string_view detail) {
  const Row& row = row_of(refusal);
  std::string reason(row.before);
  reason += detail;
  reason += row.after;
  return reason;
}

}  // namespace push::net
