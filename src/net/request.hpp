// What Boost.Beast parsed, behind net::Request.
#pragma once
#include <boost/beast/http/message.hpp>
#include <string>

#include "net/request_body.hpp"
#include "net/request_budget.hpp"
#include "push/net/http.hpp"

namespace push::net {

using Message = boost::beast::http::request<RequestBody>;

struct Request::Impl {
  Message message;
  std::string peer;
  RequestCharge charge;
};

}  // namespace push::net
