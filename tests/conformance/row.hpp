// One exchange of the specification's appendix A as data: what is sent, what is expected, and in which mode.
//
// Strings may contain names in braces, which the world replaces ({app1}, {C}, {new.id}; see world.hpp). Expected bodies
// and headers may also contain classes in angle brackets: <any>, <id>, <time>, <image>, <A> and <C> (a token as this
// mode mints it), <A stored> and <C stored> (as the database holds it), <A listed> and <C listed> (the member of a
// list, or nothing).
#pragma once
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "support/http_client.hpp"
#include "support/process.hpp"

namespace push::conformance {

using support::Lines;

enum class Mode { v2, v3 };
const char* name_of(Mode mode);

struct Request {
  const char* line = "";  // "POST /message"
  const char* as = "";    // credentials, several with spaces between: see headers_for() in world.hpp
  const char* type = "";  // Content-Type, "" = none
  std::string body = {};
  Lines headers = {};
  const char* keep = "";  // {keep.member} is the member of the answer from here on
};

Request json(const char* line, const char* as, std::string body);
Request form(const char* line, const char* as, std::string body);

inline constexpr const char* kMultipart = "multipart/form-data; boundary=limit";
std::string text_part(const std::string& name, const std::string& value);
std::string file_part(const std::string& name, const std::string& file, const std::string& content);
Request multipart(const char* line, const char* as, const std::string& parts);
// A minimal picture.
std::string png();

struct Want {
  int status = 200;
  std::optional<std::string> body = {};    // pattern of the whole, to the byte
  const char* type = "application/json";   // Content-Type, "" = there is none, nullptr = whatever
  Lines headers = {};                      // "Name: pattern", or "!Name": there is none
  std::vector<std::string> contains = {};  // pieces of the body
  std::vector<std::string> lacks = {};
  struct Apart {
    const char* first = "";
    const char* second = "";
    int seconds = 0;
  };
  std::optional<Apart> times = {};  // two members of the body, and how far the second lies after the first

  Want typed(const char* content_type) const;
  Want with(Lines more) const;
  Want holding(std::vector<std::string> pieces) const;
  Want without(std::vector<std::string> pieces) const;
  Want apart(const char* first, const char* second, int seconds) const;
};

Want ok();                     // 200
Want ok(std::string pattern);  // 200 with this body
Want empty(int status = 200);
Want fail(int status, const std::string& text);  // the error object of the specification's 1.0
Want unauthorized();
Want redirect(int status, const std::string& location);

enum class In {
  shared,  // the administrator's own world, ids from 1; its rows change nothing that another row looks at
  fresh,   // an administrator's world that no other row has seen
  alone,   // a server of its own with nothing but the administrator's world
};

struct Step {
  Request send;
  Want want = ok();
};

struct Row {
  const char* number;
  Request send;
  Want want = ok();
  In in = In::shared;
  std::vector<Request> before = {};  // the set-up; each must succeed
  std::vector<Step> after = {};      // what must hold afterwards
  std::optional<Want> v2 = {};       // where v2 differs
  const char* instead_of = "";       // Gotify's own answer, where ours is deliberately better
  support::Settings settings = {};
};

std::ostream& operator<<(std::ostream& out, Mode mode);
std::ostream& operator<<(std::ostream& out, const Row& row);
std::string describe(const Request& request);

using Rows = std::vector<Row>;
extern const Rows kRouting;       // A1
extern const Rows kAuth;          // A2
extern const Rows kTokens;        // A2
extern const Rows kMessages;      // A3
extern const Rows kForms;         // A3
extern const Rows kPaging;        // A4
extern const Rows kApplications;  // A5
extern const Rows kImages;        // A5
extern const Rows kClients;       // A6
extern const Rows kUsers;         // A6
extern const Rows kObjects;       // 1.3, and 0 rows a to c
extern const Rows kRules;         // what appendix A has no exchange for

}  // namespace push::conformance
