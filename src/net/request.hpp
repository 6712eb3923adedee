// What Boost.Beast parsed, behind net::Request.
#pragma once
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>

#include "push/net/http.hpp"

namespace push::net {

using Message = boost::beast::http::request<boost::beast::http::string_body>;

struct Request::Impl {
  Message message;
  std::string peer;
};

}  // namespace push::net
