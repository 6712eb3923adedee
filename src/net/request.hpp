// The implementation of net::Request: created at a request's first byte. The session and, from the end of the header
// on, the handler hold it. The session alone, on its loop, reads into it, and the handler looks at the body only once
// it is complete.
#pragma once
#include <string>

#include "net/request_budget.hpp"
#include "net/request_reader.hpp"
#include "push/net/http.hpp"

namespace push::net {

struct Request::Impl {
  RequestReader reader;
  std::string peer;
  RequestCharge header_charge;  // to the strangers' budget
  RequestCharge body_charge;
  Departed departed;      // empty = nobody asks whether the peer has left
  bool complete = false;  // set before the handler is called: the body is all here

  const Header& header() const { return reader.header(); }
};

}  // namespace push::net
