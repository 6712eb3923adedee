// The keys of several servers on one database.
#include <gmock/gmock.h>

#include <string>

#include "config/support.hpp"

namespace push::config {
namespace {

using testing::HasSubstr;

class ClusterConfigTest : public ConfigTest {
 protected:
  ClusterConfigTest() {
    set("GOTIFY_DATABASE_DIALECT", "postgres");
    set("GOTIFY_DATABASE_CONNECTION", "dbname=gotify");
  }

  std::string error_of_url(const std::string& url) const {
    return error_of("cluster:\n  bus: nats\n  nats:\n    url: \"" + url + "\"\n");
  }
};

TEST_F(ClusterConfigTest, IsOffUnlessItIsSet) {
  const auto loaded = load_text("");
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->config.cluster.bus, BusKind::none);
  EXPECT_EQ(loaded->config.server.drainseconds, 0U);
}

TEST_F(ClusterConfigTest, EveryKeyArrives) {
  const auto loaded = load_text(
      "server: {drainseconds: 3600}\n"
      "cluster: {bus: nats, node: eu-1.A_b, nats: {url: \"tls://a:1,tls://b\", prefix: push.test, credentials: /c, "
      "ca: /d}}\n");
  ASSERT_TRUE(loaded) << loaded.error().text;
  const Cluster& cluster = loaded->config.cluster;
  EXPECT_EQ(cluster.bus, BusKind::nats);
  EXPECT_EQ(cluster.node, "eu-1.A_b");
  EXPECT_EQ(cluster.nats.url, "tls://a:1,tls://b");
  EXPECT_EQ(cluster.nats.prefix, "push.test");
  EXPECT_EQ(cluster.nats.credentials, "/c");
  EXPECT_EQ(cluster.nats.ca, "/d");
  EXPECT_EQ(loaded->config.server.drainseconds, 3600U);
  EXPECT_EQ(setting(*loaded, "cluster.nats.url").variable, "GOTIFY_CLUSTER_NATS_URL");
  EXPECT_EQ(load_text("cluster: {bus: postgres}")->config.cluster.bus, BusKind::postgres);
}

TEST_F(ClusterConfigTest, ABusNeedsPostgresql) {
  unset("GOTIFY_DATABASE_DIALECT");
  unset("GOTIFY_DATABASE_CONNECTION");
  for (const std::string bus : {"postgres", "nats"}) {
    EXPECT_EQ(error_of("cluster:\n  bus: " + bus + "\n"),
              "config.yml:2: cluster.bus: " + bus + ": must be none, because database.dialect is sqlite3");
  }
  EXPECT_EQ(error_of("cluster: {bus: redis}"), "config.yml:1: cluster.bus: redis: must be none, postgres or nats");
  EXPECT_EQ(error_of("server: {drainseconds: 3601}"),
            "config.yml:1: server.drainseconds: 3601: must be a whole number from 0 to 3600");
}

TEST_F(ClusterConfigTest, TheNameOfANodeIsAWord) {
  EXPECT_EQ(error_of("cluster: {node: " + std::string(64, 'n') + "}"), "loaded");
  for (const std::string& wrong :
       {std::string("a b"), std::string("a/b"), std::string("a,b"), std::string("n\xc3\xa4"), std::string(65, 'n')}) {
    EXPECT_THAT(error_of("cluster: {node: \"" + wrong + "\"}"),
                testing::AllOf(HasSubstr("config.yml:1: cluster.node: "),
                               HasSubstr(": must be 1 to 64 letters, digits, -, _ and ., or empty")));
  }
}

TEST_F(ClusterConfigTest, ThePrefixIsASubjectWithoutWildcards) {
  for (const std::string good : {"a", "a.b.c", "push-1_x"}) {
    EXPECT_EQ(error_of("cluster: {nats: {prefix: \"" + good + "\"}}"), "loaded") << good;
  }
  for (const std::string wrong : {"a b", "a..b", ".a", "a.", "a.*", "a.>", "\xc3\xa4"}) {
    EXPECT_THAT(
        error_of("cluster: {nats: {prefix: \"" + wrong + "\"}}"),
        HasSubstr(": must be at most 200 printable ASCII characters, words joined by dots, without spaces, * or >"))
        << wrong;
  }
}

TEST_F(ClusterConfigTest, ThePrefixIsNoneThatNatsUsesItself) {
  for (const std::string good : {"a.$SYS", "a._INBOX", "_inbox", "a$"}) {
    EXPECT_EQ(error_of("cluster: {nats: {prefix: \"" + good + "\"}}"), "loaded") << good;
  }
  for (const std::string wrong : {"$SYS", "$JS.push", "$", "_INBOX", "_INBOX.push", "_INBOX2"}) {
    EXPECT_THAT(error_of("cluster: {nats: {prefix: \"" + wrong + "\"}}"),
                HasSubstr(": must not begin with $ or _INBOX, which NATS uses itself"))
        << wrong;
  }
}

TEST_F(ClusterConfigTest, UrlsOfNatsHaveASchemeAndAHost) {
  for (const std::string good :
       {"nats://127.0.0.1:4222", "nats://localhost", "tls://[::1]:4222", "nats://127.9.9.9:1,nats://[::1]",
        "nats://user:word@nats.example.com:4222", "tls://token@nats", "nats://u:p@a:4222,nats://u:p@b:4222"}) {
    EXPECT_EQ(error_of_url(good), "loaded") << good;
  }
  for (const std::string wrong :
       {"127.0.0.1:4222", "http://127.0.0.1", "nats://", "nats://:4222", "nats://127.0.0.1:", "nats://127.0.0.1:0",
        "nats://127.0.0.1:65536", "nats://localhost/path", "nats://localhost, nats://localhost", "nats://localhost,",
        "nats:/localhost", "nats://a b", "nats://[::1", "nats://u:\\x01@h"}) {
    EXPECT_THAT(error_of_url(wrong),
                testing::AllOf(HasSubstr("config.yml:4: cluster.nats.url: "), HasSubstr(": must be a list of nats://")))
        << wrong;
  }
}

TEST_F(ClusterConfigTest, NatsBeyondThisMachineNeedsCredentials) {
  for (const std::string open : {"nats://db:4222", "tls://10.0.0.7:4222", "nats://[2001:db8::1]:4222"}) {
    const std::string place = open.substr(open.find("//") + 2);
    for (const std::string& url : {open, "nats://127.0.0.1:4222," + open}) {
      EXPECT_EQ(error_of_url(url), "config.yml:4: cluster.nats.url: \"" + url +
                                       "\": must name a user and password or a token for " + place +
                                       ", which is not on this machine; or set cluster.nats.credentials");
    }
    EXPECT_EQ(error_of("cluster: {bus: nats, nats: {url: \"" + open + "\", credentials: /x}}"), "loaded");
    // As long as it is not used.
    EXPECT_EQ(error_of("cluster: {nats: {url: \"" + open + "\"}}"), "loaded");
  }
  EXPECT_THAT(error_of_url("nats://u:hunter3@a:4222,nats://b"),
              testing::AllOf(HasSubstr("cluster.nats.url: [hidden]: must name"), HasSubstr(" for b, which is not on"),
                             testing::Not(HasSubstr("hunter3"))));
}

TEST_F(ClusterConfigTest, ThePasswordOfNatsIsNeverShown) {
  for (const std::string url : {"nats://u:hunter3@db:4222", "nats://hunter3@db", "tls://a,tls://u:hunter3@db",
                                "http://u:hunter3@db", "u:hunter3@db"}) {
    set("GOTIFY_CLUSTER_NATS_URL", url);
    const auto loaded = load_text("");
    EXPECT_THAT(loaded ? setting(*loaded, "cluster.nats.url").value : loaded.error().text,
                testing::AllOf(HasSubstr("[hidden]"), testing::Not(HasSubstr("hunter3"))))
        << url;
  }
}

}  // namespace
}  // namespace push::config
