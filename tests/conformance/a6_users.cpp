// A6: users.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

constexpr const char* kNew = R"({"name":"new of {owner.name}","pass":"p"})";
constexpr const char* kNewAdmin = R"({"name":"new of {owner.name}","pass":"p","admin":true})";
const support::Settings kOpen = {{"GOTIFY_REGISTRATION", "true"}};
const Want kCreated = ok(R"({"id":<id>,"name":"new of {owner.name}","admin":false,"createdAt":"<time>"})");
constexpr const char* kNotAllowed = "you are not allowed to access this api";
constexpr const char* kNoAdmin = "you are not allowed to create an admin user";
const Want kLastAdmin = fail(400, "cannot delete last admin");
const Want kMissing = fail(404, "user does not exist");

}  // namespace

const Rows kUsers = {
    {"A6.12", json("POST /user", "", kNew), fail(401, kNotAllowed)},
    {.number = "A6.13",  // a stranger's body is not read
     .send = json("POST /user", "", R"({"name":"nobody"})"),
     .want = fail(401, kNotAllowed),
     .instead_of = "400 Field 'pass' is required"},
    {"A6.13b", json("POST /user", "U", R"({"name":"nobody"})"), fail(400, "Field 'pass' is required")},
    {"A6.14", json("POST /user", "U", kNew), fail(403, kNotAllowed)},
    {"A6.15", json("POST /user", "B", R"({"name":"{user.name}","pass":"p"})"), fail(400, "username already exists")},
    {.number = "A6.16", .send = json("POST /user", "", kNew), .want = kCreated, .in = In::fresh, .settings = kOpen},
    {.number = "A6.17", .send = json("POST /user", "", kNewAdmin), .want = fail(401, kNoAdmin), .settings = kOpen},
    {.number = "A6.18", .send = json("POST /user", "U", kNewAdmin), .want = fail(403, kNoAdmin), .settings = kOpen},

    {"A6.19", {"GET /user/99999", "B"}, kMissing},
    {"A6.20", json("POST /user/99999", "B", R"({"name":"x"})"), kMissing},
    {"A6.21", {"DELETE /user/99999", "B"}, kMissing},
    {"A6.22", {"GET /user/x", "B"}, fail(400, "invalid id")},
    {"A6.23", json("POST /user/x", "B", R"({"name":"x"})"), fail(400, "invalid id")},
    {"A6.24", {"DELETE /user/x", "B"}, fail(400, "invalid id")},
    {"A6.25", json("POST /user/99999", "B", "{}"), fail(400, "Field 'name' is required")},
    {.number = "A6.26",
     .send = json("POST /user/{owner}", "B", R"({"name":"admin","admin":false})"),
     .want = kLastAdmin,
     .in = In::alone,
     .after = {{{"GET /user/{owner}", "B"}, ok().holding({R"("admin":true)"})}}},
    {.number = "A6.27",
     .send = {"DELETE /user/{owner}", "B"},
     .want = kLastAdmin,
     .in = In::alone,
     .after = {{{"GET /user/{owner}", "B"}, ok()}}},
    {.number = "A6.28",
     .send = json("POST /user/{user}", "B", R"({"name":"{other.name}"})"),
     .want = fail(400, "username already exists"),
     .instead_of = "500 duplicated key not allowed"},
    {"A6.29", form("POST /user/{user}", "B", "name=x&admin=maybe"),
     fail(400, R"(strconv.ParseBool: parsing "maybe": invalid syntax)")},
};

}  // namespace push::conformance
