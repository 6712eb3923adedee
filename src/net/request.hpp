// The implementation of net::Request on Boost.Beast's parser: created at a request's first byte, passed to the handler
// when complete.
#pragma once
#include <boost/beast/http/parser.hpp>
#include <string>

#include "net/request_body.hpp"
#include "net/request_budget.hpp"
#include "push/net/http.hpp"

namespace push::net {

using Message = boost::beast::http::request<RequestBody>;

struct Request::Impl {
  boost::beast::http::request_parser<RequestBody> parser;
  std::string peer;
  RequestCharge charge;

  const Message& message() const { return parser.get(); }
};

}  // namespace push::net
