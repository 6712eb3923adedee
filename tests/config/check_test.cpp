// What values the keys accept.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "config/support.hpp"
#include "config/value.hpp"

namespace push::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using CheckTest = ConfigTest;

TEST_F(CheckTest, AMonstrousRegularExpressionIsRefused) {
  EXPECT_THAT(error_of("server: {cors: {alloworigins: [\"" + std::string(100'000, '(') + "\"]}}"),
              HasSubstr("((...: must be a regular expression: missing ): ((("));
  EXPECT_EQ(error_of("server: {cors: {alloworigins: [\"(a{900}){900}\"]}}"),
            "config.yml:1: server.cors.alloworigins: (a{900}){900}: must be a regular expression: invalid repetition "
            "size: {900}");
  EXPECT_EQ(
      error_of("server: {cors: {alloworigins: [\"" + std::string(255, '(') + "a" + std::string(255, ')') + "\"]}}"),
      "loaded");
}

TEST_F(CheckTest, RegularExpressionsAreThoseOfGo) {
  for (const std::string good : {"(?i)friend", "\\A.*\\z", "\\Qa.b\\E", "\\p{L}+", "(?P<host>a)"}) {
    EXPECT_EQ(error_of("server: {cors: {alloworigins: ['" + good + "']}}"), "loaded") << good;
  }
  const std::pair<std::string, std::string> wrong[] = {{"(?=a)", "invalid perl operator: (?="},
                                                       {"(a)\\1", "invalid escape sequence: \\1"},
                                                       {"\\Z", "invalid escape sequence: \\Z"}};
  for (const auto& [bad, what] : wrong) {
    EXPECT_EQ(error_of("server: {cors: {alloworigins: ['" + bad + "']}}"),
              "config.yml:1: server.cors.alloworigins: " + bad + ": must be a regular expression: " + what);
  }
  EXPECT_EQ(error_of("server: {stream: {allowedorigins: ['*']}}"),
            "config.yml:1: server.stream.allowedorigins: *: must be a regular expression; .* matches everything");
}

TEST_F(CheckTest, ListenAddressesAreEmptyIpNameOrUnix) {
  for (const char* good : {"", "0.0.0.0", "::", "::1", "[::1]", "fe80::1%eth0", "localhost", "push-1.example.com.",
                           "1.example", "unix:/run/push.sock"}) {
    EXPECT_EQ(error_of("server: {listenaddr: \"" + std::string(good) + "\"}"), "loaded") << good;
  }
  EXPECT_EQ(load_text("server: {listenaddr: \"[::1]\"}")->config.server.listenaddr, "::1");
  for (const std::string bad : {"1.2.3", "256.1.1.1", "80", "1.2.3.4:80", "[1.2.3.4]", "unix:", "tcp:/x", "local host",
                                "a..b", ".a", "-a", "a/b"}) {
    EXPECT_EQ(error_of("server: {listenaddr: \"" + bad + "\"}"),
              "config.yml:1: server.listenaddr: " + bad + ": must be empty, an IP address, a host name or unix:/path");
  }
}

TEST_F(CheckTest, LogLevelsAreWordsInAnyCaseOrNumbers) {
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"INFO", "info"}, {"Disabled", "disabled"}, {"-1", "trace"}, {"0", "debug"},    {"1", "info"},    {"2", "warn"},
      {"3", "error"},   {"4", "fatal"},           {"5", "panic"},  {"6", "disabled"}, {"7", "disabled"}};
  for (const auto& [text, level] : cases) {
    set("GOTIFY_LOGLEVEL", text);
    const auto loaded = load_text("");
    ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
    EXPECT_EQ(loaded->config.loglevel, level) << text;
    EXPECT_EQ(setting(*loaded, "loglevel").value, level);
  }
  for (const char* wrong : {"8", "-2", "warning", "inf", "infos", "01"}) {
    set("GOTIFY_LOGLEVEL", wrong);
    EXPECT_THAT(error_of(""), HasSubstr(": must be trace, debug, info, ")) << wrong;
  }
}

TEST_F(CheckTest, TrustedProxiesAreAddressesOrNetworks) {
  set("GOTIFY_SERVER_TRUSTEDPROXIES", "127.0.0.1, 10.0.0.0/8,::1,fd00::/8, 0.0.0.0/0,::/128");
  const auto loaded = load_text("");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_THAT(loaded->config.server.trustedproxies,
              ElementsAre("127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "0.0.0.0/0", "::/128"));
  for (const std::string wrong : {"localhost", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "/8",
                                  "10.0.0.0/8/8", "10.0.0.0/8 ", "[::1]"}) {
    set("GOTIFY_SERVER_TRUSTEDPROXIES", '"' + wrong + '"');
    EXPECT_EQ(error_of(""),
              "GOTIFY_SERVER_TRUSTEDPROXIES: " + wrong + ": must be an IP address or a network such as 10.0.0.0/8");
  }
}

// It must not become a file name that contains the password.
TEST_F(CheckTest, TheConnectionOfADatabaseServerIsRefusedWithoutShowingIt) {
  for (const char* connection :
       {"host=db user=x password=hunter3", "host=db user=x password = hunter3", "gotify:hunter3@tcp(db:3306)/gotify",
        "gotify:hunter3@unix(/run/mysqld.sock)/gotify", "postgres://gotify:hunter3@db/gotify"}) {
    EXPECT_EQ(
        error_of("database:\n  connection: \"" + std::string(connection) + "\"\n"),
        "config.yml:2: database.connection: [hidden]: must be the path of an SQLite file, because database.dialect is "
        "sqlite3");
  }
  EXPECT_EQ(error_of("database:\n  connection: host=db dbname=gotify\n"),
            "config.yml:2: database.connection: \"host=db dbname=gotify\": must be the path of an SQLite file, because "
            "database.dialect is sqlite3");
  EXPECT_EQ(error_of("database: {connection: \"file:gotify.db?mode=rwc\"}"), "loaded");
}

TEST_F(CheckTest, AConnectionToPostgresqlHasEitherForm) {
  set("GOTIFY_DATABASE_DIALECT", "postgres");
  for (const std::string good : {"host=db user=gotify dbname=gotify sslmode=disable", "dbname = 'my messages'",
                                 "postgres://db/gotify", "postgresql:///gotify?host=/run/postgresql"}) {
    const auto loaded = load_text("database: {connection: \"" + good + "\"}");
    ASSERT_TRUE(loaded) << loaded.error().text;
    EXPECT_EQ(loaded->config.database.dialect, "postgres");
    EXPECT_EQ(loaded->config.database.connection, good);
    EXPECT_EQ(setting(*loaded, "database.connection").value, to_yaml(good));
  }
  const std::string allowed =
      ": must be a connection string such as \"host=localhost user=gotify dbname=gotify\" or "
      "postgres://gotify@localhost/gotify, because database.dialect is postgres";
  EXPECT_EQ(error_of(""), "default: database.connection: data/gotify.db" + allowed);
  EXPECT_EQ(error_of("database: {connection: \"mysql://db/gotify\"}"),
            "config.yml:1: database.connection: \"mysql://db/gotify\"" + allowed);
}

TEST_F(CheckTest, ThePasswordOfADatabaseIsNeverShown) {
  for (const char* dialect : {"postgres", "sqlite3"}) {
    set("GOTIFY_DATABASE_DIALECT", dialect);
    for (const char* connection :
         {"host=db password=hunter3", "host=db password = 'hunter3'", "host=db PASSWORD=hunter3", "host=db pwd=hunter3",
          "host=db sslpassword=hunter3", "postgres://gotify:hunter3@db/gotify", "postgres://:hunter3@db",
          "postgresql://db/gotify?password=hunter3", "postgres://db/gotify?p%61ssword=hunter3",
          "postgres://gotify:hunter3%40db/gotify", "gotify:hunter3@tcp(db)/gotify", "hunter3@db"}) {
      set("GOTIFY_DATABASE_CONNECTION", connection);
      const auto loaded = load_text("");
      EXPECT_THAT(loaded ? setting(*loaded, "database.connection").value : loaded.error().text,
                  testing::AllOf(HasSubstr("[hidden]"), testing::Not(HasSubstr("hunter3"))))
          << dialect << " " << connection;
    }
  }
}

TEST_F(CheckTest, TheConnectionOfADatabaseComesFromAFileToo) {
  set("GOTIFY_DATABASE_DIALECT", "postgres");
  set("GOTIFY_DATABASE_CONNECTION_FILE", write("secret", "host=db user=gotify password='two words'\n"));
  const auto loaded = load_text("");
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->config.database.connection, "host=db user=gotify password='two words'");
  EXPECT_EQ(setting(*loaded, "database.connection").value, "[hidden]");
  EXPECT_EQ(setting(*loaded, "database.connection").origin, "GOTIFY_DATABASE_CONNECTION_FILE");
}

}  // namespace
}  // namespace push::config
