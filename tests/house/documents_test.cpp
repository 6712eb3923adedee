#include "house/documents.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::house {
namespace {

constexpr const char* kConfig =
    "# Settings.\nserver:\n  port: 80  # TCP port\n  stream:\n    allowedorigins: []\ndatabase:\n  connection: "
    "data/x.db  # path\n";
constexpr const char* kRows =
    "| `server.port` | `80` | TCP port |\n| `server.stream.allowedorigins` | `[]` | origins |\n| `database.connection` "
    "| `data/x.db` | path |\n";

Findings check(const std::string& rows, const std::string& text = {}) {
  return check_configuration_table("<!-- config -->\n" + rows + "<!-- /config -->\n" + text, kConfig);
}

TEST(ConfigurationTable, AWholeOneIsFine) {
  EXPECT_TRUE(check(kRows, "Set `server.port`, or `server.stream.allowedorigins`.\n").empty());
}

TEST(ConfigurationTable, AMissingKeyIsFound) {
  const auto found = check("");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_NE(found[2].text.find("server.stream.allowedorigins"), std::string::npos);
}

TEST(ConfigurationTable, AKeyThatIsNoneIsFoundAtItsLine) {
  const auto found = check(std::string(kRows) + "| `server.colour` | `red` | |\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 5U);
}

TEST(ConfigurationTable, AnotherDefaultIsFound) {
  std::string rows = kRows;
  rows.replace(rows.find("80"), 2, "81");
  EXPECT_EQ(check(rows).size(), 1U);
}

TEST(ConfigurationTable, AMentionOfNoKeyIsFound) {
  EXPECT_EQ(check(kRows, "See `server.ports`.\n").size(), 1U);
}

}  // namespace
}  // namespace push::house
