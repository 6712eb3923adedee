#include "conformance/matrix.hpp"

#include <string_view>

namespace push::conformance {
namespace {

using Kind = Visitor::Kind;

const Want kNotElevated = fail(403, "session not elevated, use basic auth or call /client:elevate");
constexpr const char* kNoClient =
    "a subscription belongs to a client, and this request has none: use a client's token or a session";
constexpr const char* kNotAllowed = "you are not allowed to access this api";

bool only_reads(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

bool is_user(const Visitor& visitor) {
  return visitor.kind == Kind::client || visitor.kind == Kind::password;
}

bool lacks_elevation(const Visitor& visitor, Mode mode) {
  return mode == Mode::v3 && visitor.kind == Kind::client && !visitor.elevated;
}

std::optional<Want> refused_login(const Visitor& visitor) {
  if (visitor.wrong_password) return fail(401, "invalid credentials");
  if (visitor.kind != Kind::password) return fail(401, "basic auth required");
  return std::nullopt;
}

// Ours differs on purpose: Gotify 3 asks no elevation of an administrator's client here.
std::optional<Want> refused_creation(const Visitor& visitor, Mode mode) {
  if (!is_user(visitor)) return fail(401, kNotAllowed);
  if (!visitor.admin) return fail(403, kNotAllowed);
  if (lacks_elevation(visitor, mode)) return kNotElevated;
  return std::nullopt;
}

std::optional<Want> refused(Needs needs, const Visitor& visitor, Mode mode) {
  switch (needs) {
    case Needs::nothing:
      return std::nullopt;
    case Needs::password:
      return refused_login(visitor);
    case Needs::optional:
      return refused_creation(visitor, mode);
    case Needs::poster:
      if (visitor.kind == Kind::nobody) return unauthorized();
      return std::nullopt;
    case Needs::client:
      if (!is_user(visitor)) return unauthorized();
      return std::nullopt;
    case Needs::session:
      if (!is_user(visitor)) return unauthorized();
      if (visitor.kind == Kind::password) return fail(403, "no client auth provided");
      return std::nullopt;
    case Needs::subscriber:
      if (!is_user(visitor)) return unauthorized();
      if (visitor.kind == Kind::password) return fail(400, kNoClient);
      return std::nullopt;
    case Needs::elevated:
      if (!is_user(visitor)) return unauthorized();
      if (lacks_elevation(visitor, mode)) return kNotElevated;
      return std::nullopt;
    case Needs::administrator:
      if (!is_user(visitor)) return unauthorized();
      if (!visitor.admin) return fail(403, kNotAllowed);
      return std::nullopt;
    case Needs::admin:
      if (!is_user(visitor)) return unauthorized();
      if (!visitor.admin) return fail(403, kNotAllowed);
      if (lacks_elevation(visitor, mode)) return kNotElevated;
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

Want expected(const Route& route, const Visitor& visitor, Mode mode, bool foreign) {
  const bool protected_route = route.needs != Needs::nothing && route.needs != Needs::password;
  if (protected_route && visitor.cross_site && !only_reads(route.method)) {
    return fail(403, "cross-origin request detected from Sec-Fetch-Site header");
  }
  if (const auto refusal = refused(route.needs, visitor, mode)) return *refusal;
  const bool names_the_application = visitor.kind != Kind::application;  // its own token implies it
  if (foreign && names_the_application) return fail(route.foreign_status, route.foreign);
  return route.allowed;
}

}  // namespace push::conformance
