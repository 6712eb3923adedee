// A key under the name that an earlier version had for it.
#include <gmock/gmock.h>

#include "config/support.hpp"

namespace push::config {
namespace {

using testing::ElementsAre;

class RenamedKey : public ConfigTest {
 protected:
  // The warnings without the directory's name.
  std::vector<std::string> warnings(const Loaded& loaded) const {
    std::vector<std::string> out;
    const std::string prefix = directory_.string() + "/";
    for (const Notice& notice : loaded.notices) {
      std::string text = notice.text;
      if (text.starts_with(prefix)) text.erase(0, prefix.size());
      out.push_back(text);
    }
    return out;
  }
};

TEST_F(RenamedKey, StillWorksInAFile) {
  const auto loaded = load_text("server:\n  http:\n    bodylimit: 5000\n");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.server.http.messagelimit, 5000U);
  EXPECT_THAT(warnings(*loaded), ElementsAre("config.yml:3: server.http.bodylimit: now called "
                                             "server.http.messagelimit, rename it"));
  EXPECT_EQ(error_of("server:\n  http:\n    bodylimit: 5\n"),
            "config.yml:3: server.http.bodylimit: 5: must be a whole number from 1024 to 1073741824");
}

TEST_F(RenamedKey, StillWorksAsAVariable) {
  set("GOTIFY_SERVER_HTTP_BODYLIMIT", "5000");
  auto loaded = load_text("");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.server.http.messagelimit, 5000U);
  EXPECT_THAT(warnings(*loaded), ElementsAre("GOTIFY_SERVER_HTTP_BODYLIMIT: now called "
                                             "GOTIFY_SERVER_HTTP_MESSAGELIMIT, rename it"));
  unset("GOTIFY_SERVER_HTTP_BODYLIMIT");
  set("GOTIFY_SERVER_HTTP_BODYLIMIT_FILE", write("limit", "6000\n"));
  loaded = load_text("");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.server.http.messagelimit, 6000U);
}

TEST_F(RenamedKey, GivesWayToTheNewName) {
  for (const char* both :
       {"    bodylimit: 5000\n    messagelimit: 6000\n", "    messagelimit: 6000\n    bodylimit: 5000\n"}) {
    const auto loaded = load_text(std::string("server:\n  http:\n") + both);
    ASSERT_TRUE(loaded.has_value());
    EXPECT_EQ(loaded->config.server.http.messagelimit, 6000U) << both;
  }
  set("GOTIFY_SERVER_HTTP_BODYLIMIT", "5000");
  set("GOTIFY_SERVER_HTTP_MESSAGELIMIT", "6000");
  const auto loaded = load_text("");
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->config.server.http.messagelimit, 6000U);
  EXPECT_THAT(warnings(*loaded), ElementsAre("GOTIFY_SERVER_HTTP_BODYLIMIT: ignored because "
                                             "GOTIFY_SERVER_HTTP_MESSAGELIMIT is also set"));
}

TEST_F(RenamedKey, IsMigratedToTheNewName) {
  const auto dotenv = migrate(write("config.yml", "server:\n  http:\n    bodylimit: 5000\n"));
  ASSERT_TRUE(dotenv.has_value());
  EXPECT_EQ(*dotenv, "GOTIFY_SERVER_HTTP_MESSAGELIMIT=5000\n");
}

}  // namespace
}  // namespace push::config
