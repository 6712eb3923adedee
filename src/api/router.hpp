// Method and path -> route. The table is data (routes.cpp); this finds the row. protocol 1.0.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "api/incoming.hpp"
#include "push/auth/principal.hpp"
#include "push/core/result.hpp"
#include "push/net/http.hpp"

namespace push::api {

struct Context;

// Both kinds of handler take the one Context of the request.
// Returns the answer.
using Handler = net::Response (*)(Context&);
// Answers later, through Context::finish() or fail().
using LateHandler = void (*)(Context&);
// Decides from the header whether a request goes on: for rules that need neither the body nor the store. On the
// session's loop, or on a worker.
using Check = core::Result<void> (*)(const Context&);

// The thread that calls the handler.
enum class On {
  loop,    // memory only: the session's loop, or the thread that has looked the credentials up
  worker,  // may block
  web,     // the loop for files inside the program, a worker if a web interface is configured (`uidir`)
};
enum class Gate {
  api,     // CORS and the configured response headers apply
  stream,  // the same, but an origin that may open a stream is let in, too
  none,    // neither
};

// What a handler reads of a body, and its limit. GET, HEAD, DELETE and OPTIONS read none.
enum class Body {
  form,     // 64 KiB
  message,  // server.http.messagelimit
  image,    // server.http.imagelimit
};

struct Route {
  std::string_view method;
  std::string_view pattern;            // /message/:id; a last `*` matches any rest. First match in the table wins.
  std::optional<auth::Access> access;  // empty: public
  std::variant<Handler, LateHandler> action;
  On on = On::worker;
  Gate gate = Gate::api;
  Body body = Body::form;
  Check check = nullptr;
};

struct Match {
  const Route* route = nullptr;  // null: not found
  std::string_view id;           // the :id segment, "" if the pattern has none
  std::string_view rest;         // what the last `*` matched, "" if the pattern has none
};

class Router {
 public:
  explicit Router(std::span<const Route> routes) : routes_(routes) {}

  // The match holds views of `path`. HEAD finds what GET finds.
  Match find(std::string_view method, std::string_view path) const;
  // Where to redirect a path that matches only with a trailing slash removed or added; empty: nowhere.
  std::optional<std::string> redirect(const Incoming& request) const;

 private:
  std::span<const Route> routes_;
};

// An unsigned decimal number of 64 bits.
std::optional<std::uint64_t> parse_id(std::string_view text);

}  // namespace push::api
