#include "api/user_name.hpp"

#include <gtest/gtest.h>

namespace push::api {
namespace {

std::string verdict(std::string_view name) {
  const auto checked = check_user_name(name);
  return checked ? "good" : checked.error().text;
}

TEST(UserName, IsWhatPeopleAreCalled) {
  for (const char* name : {"admin", "Jos\u00e9 2", "a", "a@b.example", "\u7530\u4e2d", "\u0410\u043b\u0438\u0441\u0430",
                           "\u0639\u0644\u064a", "o'neil", "<b>", "\U0001f600"}) {
    EXPECT_EQ(verdict(name), "good") << name;
  }
  std::string longest;
  for (std::size_t i = 0; i < kMaxUserName; ++i) longest += "\u00e9";
  EXPECT_EQ(verdict(longest), "good");
  EXPECT_EQ(verdict(longest + "x"), "user name must not be longer than 180 characters");
}

TEST(UserName, HasNothingThatCannotBeSeen) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view name :
       {"admin\0x"sv,    "a\nb"sv,        "a\tb"sv,        "a\x7f"sv,  "a\u0085"sv,    "\u202eadmin"sv, "\u2066a"sv,
        "ad\u00admin"sv, "admin\u200b"sv, "a\u200db"sv,    "\ufeff"sv, "a\u2028b"sv,   "a\u00a0b"sv,    "a\u3000b"sv,
        "\u115f"sv,      "\u3164"sv,      "admin\u2800"sv, "\ue000"sv, "\U000e0041"sv, "\u0378"sv}) {
    EXPECT_EQ(verdict(name), "user name must consist of visible characters and spaces") << name;
  }
  for (const char* name : {" admin", "admin ", " "})
    EXPECT_EQ(verdict(name), "user name must not start or end with a space") << name;
  for (const char* name : {"a\xff", "\xed\xa0\x80"}) EXPECT_EQ(verdict(name), "user name must be UTF-8");
  EXPECT_EQ(verdict("Jose\u0301"), "user name must be in Unicode normalization form C");
}

TEST(UserName, ThatLooksLikeAnothersIsKnown) {
  const std::vector<model::User> users = {{core::UserId{1}, "Admin", "", true, {}},
                                          {core::UserId{2}, "Stra\u00dfe 1", "", false, {}},
                                          {core::UserId{3}, "old\xff", "", false, {}}};
  const auto like = [&users](std::string_view name) { return looks_like_another(name, users, core::UserId{}); };
  for (const char* name :
       {"Admin", "admin", "ADMIN", "admin ", "ad min", "\uff41dmin", "ad\u200bmin", "STRASSE 1", "strasse1"})
    EXPECT_TRUE(like(name)) << name;
  for (const char* name : {"admin2", "adm\u00edn", "strasse", "old"}) EXPECT_FALSE(like(name)) << name;
  EXPECT_FALSE(looks_like_another("ADMIN", users, core::UserId{1})) << "it is their own";
}

// By case, in whatever language: dotless and dotted i, long s, Kelvin and Angstrom sign, final sigma, capital sharp s.
TEST(UserName, LooksLikeAnotherInTheCaseOfAnyLanguage) {
  const auto like = [](std::string_view name, const char* taken) {
    return looks_like_another(name, {{core::UserId{1}, taken, "", true, {}}}, core::UserId{});
  };
  const std::pair<const char*, const char*> alike[] = {{"adm\u0131n", "admin"},
                                                       {"ADM\u0130N", "admin"},
                                                       {"admi\u0307n", "admin"},
                                                       {"\u017fam", "sam"},
                                                       {"\u212aay", "kay"},
                                                       {"\u212bsa", "\u00e5sa"},
                                                       {"\u03bf\u03c2", "\u039f\u03a3"},
                                                       {"STRA\u1e9eE", "strasse"},
                                                       {"\u00b5", "\u039c"},
                                                       {"\u01c5", "\u01c6"},
                                                       {"j\u0307", "J"},
                                                       {"\u1e9b", "\u1e61"}};
  for (const auto& [name, taken] : alike) {
    EXPECT_TRUE(like(name, taken)) << name << ' ' << taken;
    EXPECT_TRUE(like(taken, name)) << taken << ' ' << name;
  }
  EXPECT_FALSE(like("\u1e61", "s")) << "another letter";
}

// An old database may hold names that are not composed; the order of their marks is not seen.
TEST(UserName, LooksLikeItselfHoweverItIsComposed) {
  const std::vector<model::User> users = {{core::UserId{1}, "a\u0345\u0301", "", false, {}}};
  for (const char* name : {"\u00e1\u0345", "a\u0301\u0345", "A\u0345\u0301"})
    EXPECT_TRUE(looks_like_another(name, users, core::UserId{})) << name;
  EXPECT_FALSE(looks_like_another("\u00e1", users, core::UserId{}));
}

}  // namespace
}  // namespace push::api
