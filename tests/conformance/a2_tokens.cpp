// A2: tokens of the new kind, in both modes: what is presented, and how it is refused.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

Request as_key(const char* token) {
  Request request = json("POST /message", "", R"({"message":"signed"})");
  request.headers = {std::string("X-Gotify-Key: ") + token};
  return request;
}

Want refused(const std::string& why) {
  return fail(401, "cannot parse token: " + why);
}

// {"appid":..} of the application whose token the database holds in its public form.
const Want kPosted =
    ok(R"({"id":<id>,"appid":{vectorapp},"message":"signed","title":"vectorapp","priority":0,"date":"<time>"})");

}  // namespace

const Rows kTokens = {
    {"A2.40", as_key("gtfya.zzz"), refused("private key must be 32 bytes")},
    {"A2.41", as_key("gtfyfoo"), refused("token must have 2 or 4 fields separated by dots")},
    {"A2.42", as_key("gtfya.zzz.12.abc"), refused("public key must be 32 bytes")},
    {"A2.43", as_key("gtfya.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh4"), unauthorized()},
    {"A2.44", as_key("gtfya.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"), unauthorized()},
    {"A2.45", as_key("gtfyc.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"), unauthorized()},
    {"A2.46", as_key("gtfya.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
     refused("base64 decode failed: illegal base64 data at input byte 43")},
    {"A2.47", as_key("{signed0}"), kPosted},
    {"A2.48", as_key("{signed+890}"), kPosted},
    {"A2.49", as_key("{signed-890}"), kPosted},
    {"A2.50", as_key("{signed+910}"), unauthorized()},
    {"A2.51", as_key("{signed-910}"), unauthorized()},
    {.number = "A2.52",
     .send = as_key("{forged}"),
     .want = fail(401, "invalid token"),
     .instead_of = "500 invalid token"},
    {"A2.53",
     {.line = "POST /user",
      .type = support::kJson,
      .body = R"({"name":"x","pass":"y"})",
      .headers = {"X-Gotify-Key: gtfyx"}},
     refused("token must have 2 or 4 fields separated by dots")},
    {"A2.54", as_key("gtfya.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"), kPosted},
};

}  // namespace push::conformance
