// Who may do what: the specification's 1.2 index as a table, and its 2.2 as a function. Written from the specification
// alone, so that it can contradict the program.
#pragma once
#include <string>
#include <vector>

#include "conformance/row.hpp"

namespace push::conformance {

enum class Needs { nothing, poster, client, elevated, admin, administrator, password, session, subscriber, optional };

struct Route {
  const char* method;
  const char* pattern;  // as in the index, with :id
  Needs needs;
  Request send;              // line left empty, which is method and target
  const char* target;        // with the placeholders of an Owned
  Want allowed = ok();       // to whom it is allowed
  const char* foreign = "";  // 404 with this to whom the thing does not belong; "" = it belongs to nobody
  int foreign_status = 404;
};
extern const std::vector<Route> kRoutes;

struct Visitor {
  const char* name;
  const char* as;  // headers_for()
  enum class Kind { nobody, application, client, password } kind = Kind::nobody;
  bool admin = false;
  bool elevated = false;
  bool cross_site = false;  // a cookie from another site's page
  bool wrong_password = false;
};
extern const std::vector<Visitor> kVisitors;

// The expected answer; `foreign`: the thing is another user's.
Want expected(const Route& route, const Visitor& visitor, Mode mode, bool foreign);

}  // namespace push::conformance
