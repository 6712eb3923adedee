// What a request's header must say beyond Beast's grammar (RFC 9110, 9112), in one place: Host, the framing of the
// body, Expect; and how a field in several lines is read.
#pragma once
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <optional>
#include <string>

#include "net/body_decoder.hpp"
#include "net/refusal.hpp"

namespace push::net {

using Header = boost::beast::http::request<boost::beast::http::empty_body>;

// Why a request is refused; the connection ends.
struct Rejection {
  Refusal refusal;
  std::string detail{};
};

// 431 for a header line, or the lines of one field together, of more than HeaderScanner::kMaxLine bytes.
Rejection line_too_long();

struct Framing {
  BodyDecoder body;
  bool expects_continue = false;  // HTTP/1.1 only
};

// Joins the lines of a field that has several into one list (RFC 9110 5.3). Fills in `framing`, unless it refuses.
std::optional<Rejection> check_header(Header& header, Framing& framing);

}  // namespace push::net
