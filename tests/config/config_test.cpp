// Where settings come from, and every kind of error with its exact text.
#include "push/config/config.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "config/support.hpp"

namespace push::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

// Changes to the test's directory for its lifetime.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::filesystem::path& to) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(to);
  }
  ~WorkingDirectory() { std::filesystem::current_path(before_); }

 private:
  std::filesystem::path before_;
};

TEST_F(ConfigTest, NoFileAndNoVariableGivesTheDefaults) {
  const WorkingDirectory inside(directory_);
  if (std::filesystem::exists("/etc/gotify")) GTEST_SKIP() << "this machine has a Gotify configuration";
  const auto loaded = load_file("");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_THAT(loaded->files, ElementsAre());
  EXPECT_EQ(loaded->config.server.port, 80);
  EXPECT_EQ(loaded->config.server.stream.shards, 256u);
  for (const Setting& one : loaded->settings) EXPECT_EQ(one.origin, "default") << one.key;
}

TEST_F(ConfigTest, ConfigYmlOfTheWorkingDirectoryIsFoundByItself) {
  const WorkingDirectory inside(directory_);
  write("config.yml", "server:\n  port: 8080\n");
  const auto loaded = load_file("");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_THAT(loaded->files, ElementsAre("config.yml"));
  EXPECT_EQ(loaded->config.server.port, 8080);
  EXPECT_EQ(setting(*loaded, "server.port").origin, "config.yml:2");
}

TEST_F(ConfigTest, ANamedFileThatIsMissingOrUnreadableIsAnError) {
  EXPECT_EQ(shorten(load_file((directory_ / "none.yml").string())),
            "none.yml: cannot be read: No such file or directory");
  EXPECT_THAT(shorten(load_file(directory_.string())), HasSubstr(": cannot be read: Is a directory"));
}

TEST_F(ConfigTest, AConfigYmlThatCannotBeReadIsNotPassedOver) {
  const WorkingDirectory inside(directory_);
  std::filesystem::create_directory("config.yml");
  EXPECT_EQ(shorten(load_file("")), "config.yml: cannot be read: Is a directory");
}

TEST_F(ConfigTest, AFileOverOneMebibyteIsRefused) {
  EXPECT_EQ(error_of(std::string(1024 * 1024, '#')), "loaded");
  EXPECT_EQ(error_of(std::string(1024 * 1024 + 1, '#')), "config.yml: larger than 1 MiB");
}

TEST_F(ConfigTest, TheEnvironmentWinsOverTheFile) {
  set("GOTIFY_SERVER_PORT", "9090");
  const auto loaded = load_text("server:\n  port: 8080\n  threads: 3\n");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_EQ(loaded->config.server.port, 9090);
  EXPECT_EQ(loaded->config.server.threads, 3u);
  EXPECT_EQ(setting(*loaded, "server.port").origin, "GOTIFY_SERVER_PORT");
}

TEST_F(ConfigTest, AVariableWinsOverTheFileThatAnotherNamesUnlessItIsEmpty) {
  set("GOTIFY_DEFAULTUSER_PASS_FILE", write("secret", "from file\r\n\n"));
  EXPECT_EQ(load_text("")->config.defaultuser.pass, "from file");
  set("GOTIFY_DEFAULTUSER_PASS", "");
  EXPECT_EQ(load_text("")->config.defaultuser.pass, "from file");
  set("GOTIFY_DEFAULTUSER_PASS", " ");
  const auto loaded = load_text("");
  EXPECT_EQ(loaded->config.defaultuser.pass, " ");
  EXPECT_EQ(setting(*loaded, "defaultuser.pass").origin, "GOTIFY_DEFAULTUSER_PASS");
}

TEST_F(ConfigTest, AVariableThatNamesAnUnreadableFileIsAnError) {
  set("GOTIFY_DEFAULTUSER_PASS_FILE", (directory_ / "gone").string());
  EXPECT_EQ(error_of(""), "GOTIFY_DEFAULTUSER_PASS_FILE: gone: cannot be read: No such file or directory");
}

TEST_F(ConfigTest, AnEmptyFileThatAVariableNamesIsIgnoredWithAWarning) {
  set("GOTIFY_DEFAULTUSER_PASS_FILE", write("secret", "\r\n"));
  const auto loaded = load_text("defaultuser: {pass: from the file}");
  EXPECT_EQ(loaded->config.defaultuser.pass, "from the file");
  ASSERT_EQ(loaded->notices.size(), 1u);
  EXPECT_EQ(loaded->notices[0].level, Notice::Level::warning);
  EXPECT_THAT(loaded->notices[0].text, testing::StartsWith("GOTIFY_DEFAULTUSER_PASS_FILE: "));
  EXPECT_THAT(loaded->notices[0].text, testing::EndsWith("secret: ignored because the file is empty"));
}

// As in Gotify. An empty password made an administrator whom anyone could be.
TEST_F(ConfigTest, AnEmptyValueIsTheDefaultUnlessItMeansSomething) {
  for (const char* empty : {"''", "\"\"", "", "null", "~"}) {
    const std::string nothing = ": " + std::string(empty) + "\n";
    const auto loaded = load_text("compat" + nothing + "loglevel" + nothing + "uploadedimagesdir" + nothing +
                                  "defaultuser:\n  name" + nothing + "  pass" + nothing + "database:\n  dialect" +
                                  nothing + "  connection" + nothing + "server:\n  stream:\n    overflow" + nothing);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
    const Config defaults;
    EXPECT_EQ(loaded->config.compat, defaults.compat) << empty;
    EXPECT_EQ(loaded->config.loglevel, defaults.loglevel) << empty;
    EXPECT_EQ(loaded->config.uploadedimagesdir, defaults.uploadedimagesdir) << empty;
    EXPECT_EQ(loaded->config.defaultuser.name, "admin") << empty;
    EXPECT_EQ(loaded->config.defaultuser.pass, "admin") << empty;
    EXPECT_EQ(loaded->config.database.dialect, "sqlite3") << empty;
    EXPECT_EQ(loaded->config.database.connection, defaults.database.connection) << empty;
    EXPECT_EQ(loaded->config.server.stream.overflow, defaults.server.stream.overflow) << empty;
  }
  EXPECT_EQ(load_text("server: {metrics: {listenaddr: ''}}")->config.server.metrics.listenaddr, "") << "all addresses";
}

TEST_F(ConfigTest, ValuesOutOfRangeNameFileLineKeyValueAndWhatIsAllowed) {
  EXPECT_EQ(error_of("server:\n  stream:\n    shards: 300\n"),
            "config.yml:3: server.stream.shards: 300: must be a power of two from 1 to 4096");
  EXPECT_EQ(error_of("server:\n  port: 65536\n"),
            "config.yml:2: server.port: 65536: must be a whole number from 0 to 65535");
  EXPECT_EQ(error_of("passstrength: 3\n"), "config.yml:1: passstrength: 3: must be a whole number from 4 to 31");
  EXPECT_EQ(error_of("\n\ncompat: v4\n"), "config.yml:3: compat: v4: must be v2 or v3");
  EXPECT_EQ(error_of("server: {stream: {overflow: wait}}"),
            "config.yml:1: server.stream.overflow: wait: must be close or drop_oldest");
  EXPECT_EQ(
      error_of("loglevel: loud"),
      "config.yml:1: loglevel: loud: must be trace, debug, info, warn, error, fatal, panic, disabled, or a number from "
      "-1 to 7");
}

TEST_F(ConfigTest, BothEndsOfARangeAreInside) {
  EXPECT_EQ(error_of("server: {port: 0, stream: {shards: 1}}"), "loaded");
  EXPECT_EQ(error_of("server: {port: 65535, stream: {shards: 4096}}"), "loaded");
  EXPECT_EQ(error_of("server: {keepaliveperiodseconds: -1}"), "loaded");
  EXPECT_EQ(error_of("server: {keepaliveperiodseconds: -2}"),
            "config.yml:1: server.keepaliveperiodseconds: -2: must be a whole number from -1 to 32767");
}

TEST_F(ConfigTest, WhatIsNoWholeDecimalNumberIsRefused) {
  for (const char* text : {"abc", "8.5", "0x50", "080", "+80", "1e3", "-x", "99999999999999999999", "8 0", "80s"}) {
    EXPECT_EQ(error_of(std::string("server:\n  port: ") + text),
              "config.yml:2: server.port: " + std::string(text) + ": must be a whole number from 0 to 65535");
  }
  EXPECT_EQ(error_of("server:\n  port: \"\"\n"),
            "config.yml:2: server.port: \"\": must be a whole number from 0 to 65535");
  EXPECT_EQ(error_of("server:\n  port:\n"),
            "config.yml:2: server.port: no value: must be a whole number from 0 to 65535");
}

TEST_F(ConfigTest, ValuesOfTheWrongKindAreRefused) {
  EXPECT_EQ(error_of("server:\n  port: [80]\n"),
            "config.yml:2: server.port: a list: must be a whole number from 0 to 65535");
  EXPECT_EQ(error_of("server:\n  port:\n    a: b\n"),
            "config.yml:2: server.port: a map: must be a whole number from 0 to 65535");
  EXPECT_EQ(error_of("server: 80\n"), "config.yml:1: server: a string: must be a map of keys");
  EXPECT_EQ(error_of("server:\n  - port\n"), "config.yml:1: server: a list: must be a map of keys");
  EXPECT_EQ(error_of("- server\n"), "config.yml:1: must be a map of keys");
  EXPECT_EQ(error_of("server\n"), "config.yml:1: must be a map of keys");
  EXPECT_EQ(error_of("server: {cors: {allowmethods: GET}}"),
            "config.yml:1: server.cors.allowmethods: GET: must be a list");
  EXPECT_EQ(error_of("server: {responseheaders: [a]}"), "config.yml:1: server.responseheaders: a list: must be a map");
}

TEST_F(ConfigTest, UnknownKeysAreRefusedWithTheNearestKnownOne) {
  EXPECT_EQ(error_of("server:\n  prot: 80\n"), "config.yml:2: server.prot: unknown key; did you mean server.port?");
  EXPECT_EQ(error_of("sever:\n  port: 80\n"), "config.yml:1: sever: unknown key; did you mean server?");
  EXPECT_EQ(error_of("server:\n  shards: 8\n"),
            "config.yml:2: server.shards: unknown key; did you mean server.stream.shards?");
  EXPECT_EQ(error_of("zebra: 1\n"), "config.yml:1: zebra: unknown key");
  EXPECT_EQ(error_of("server.port: 80\n"), "config.yml:1: server.port: unknown key; sections are nested, not dotted");
  EXPECT_EQ(error_of("Server:\n  port: 80\n"), "config.yml:1: Server: unknown key; did you mean server?");
}

TEST_F(ConfigTest, DuplicateKeysAreRefused) {
  EXPECT_EQ(error_of("server:\n  port: 80\n  port: 81\n"), "config.yml:3: server.port: duplicate key, first on line 2");
  EXPECT_EQ(error_of("server:\n  port: 80\ncompat: v2\nserver:\n  threads: 1\n"),
            "config.yml:4: server: duplicate key, first on line 1");
  EXPECT_EQ(error_of("server:\n  responseheaders:\n    X-A: 1\n    X-A: 2\n"),
            "config.yml:4: server.responseheaders: X-A: must appear only once");
}

TEST_F(ConfigTest, WhatIsNoYamlIsRefusedWithItsLine) {
  EXPECT_EQ(error_of("compat: v2\n---\ncompat: v3\n"), "config.yml:2: more than one YAML document");
  EXPECT_EQ(error_of("? [a]\n: b\n"), "config.yml:1: a key must be a string");
  EXPECT_EQ(error_of("compat: v2\n\x04loglevel: nonsense\n"), "config.yml:2: not a text file: control character");
  EXPECT_EQ(error_of("server: &a [*a]\n"), "config.yml:1: aliases are not supported");
  EXPECT_EQ(error_of("a:\n  - - - - - - - - - - - - - - - - - - x\n"), "config.yml:2: nested too deeply or too large");
  EXPECT_EQ(error_of("compat: v2\n]\n"), "config.yml:2: YAML syntax: illegal flow end");
  EXPECT_EQ(error_of(",\ncompat: v2\n"), "config.yml:1: more than one YAML document");
  EXPECT_EQ(error_of("---\ncompat: v2\n...\n"), "loaded");
  const std::string tab = ": YAML syntax: a tab in the indentation: use spaces";
  EXPECT_EQ(error_of("server:\n\tport: 80\n"), "config.yml:2" + tab);
  EXPECT_EQ(error_of("compat: v2\nserver:\n  port: 80\n\tthreads: 1\n"), "config.yml:4" + tab);
  EXPECT_EQ(error_of("server:\n  \tport: 80\n  threads: 1\n"), "config.yml:2" + tab);
  EXPECT_EQ(error_of(std::string(100'000, '[')), "config.yml:1: a key must be a string");
}

TEST_F(ConfigTest, ASyntaxErrorDoesNotTellAPassword) {
  const std::string text = error_of("defaultuser:\n  pass: *hunter2\n");
  EXPECT_THAT(text, testing::StartsWith("config.yml:2: "));
  EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  EXPECT_EQ(error_of("defaultuser:\n  pass: \"hunter\\2\"\n"), "config.yml:2: YAML syntax: unknown escape character");
}

TEST_F(ConfigTest, AllErrorsAreToldOneALineAndNotWithoutEnd) {
  set("GOTIFY_PASSSTRENGTH", "x");
  EXPECT_EQ(error_of("server:\n  port: -1\nzebra: 1\n"),
            "config.yml:2: server.port: -1: must be a whole number from 0 to 65535\n"
            "config.yml:3: zebra: unknown key\n"
            "GOTIFY_PASSSTRENGTH: x: must be a whole number from 4 to 31");
  std::string many;
  for (int i = 0; i < 100; ++i) many += "zebra" + std::to_string(i) + ": 1\n";
  const std::string text = error_of(many);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 20);
  EXPECT_THAT(text, testing::EndsWith("\nand 81 more"));
}

TEST_F(ConfigTest, VariablesAreRefusedByTheirOwnName) {
  const std::vector<std::vector<std::string>> cases = {
      {"GOTIFY_SERVER_STREAM_SHARDS", "300", "300: must be a power of two from 1 to 4096"},
      {"GOTIFY_SERVER_PORT", "8 0", "8 0: must be a whole number from 0 to 65535"},
      {"GOTIFY_COMPAT", " ", " : must be v2 or v3"},
      {"GOTIFY_SERVER_CORS_ALLOWORIGINS", "[a]b]", "[a]b]: must be a list: a,b or [a, b], or a line \"- a\" per item"},
      {"GOTIFY_SERVER_CORS_ALLOWORIGINS", "[a", "[a: must be a regular expression: missing ]: [a"},
      {"GOTIFY_SERVER_CORS_ALLOWORIGINS", "a,\"b", "a,\"b: must be a list: a,b or [a, b], or a line \"- a\" per item"},
      {"GOTIFY_SERVER_CORS_ALLOWORIGINS", "- a\nb",
       "- a\\x0ab: must be a list: a,b or [a, b], or a line \"- a\" per item"},
      {"GOTIFY_SERVER_CORS_ALLOWORIGINS", "ok,(", "(: must be a regular expression: missing ): ("},
      {"GOTIFY_SERVER_CORS_ALLOWORIGINS", "a,", "\"\": must be a regular expression, not empty"},
      {"GOTIFY_SERVER_RESPONSEHEADERS", "X-A=b", "X-A=b: must be a map: {\"name\": \"value\"}"},
      {"GOTIFY_SERVER_RESPONSEHEADERS", "{\"X A\": \"b\"}",
       "X A: must be a header name, of letters, digits and hyphens"},
      {"GOTIFY_SERVER_RESPONSEHEADERS", "{\"content-length\": \"1\"}",
       "content-length: must not be one of the headers by which the server frames its responses: Content-Length, "
       "Transfer-Encoding, Connection, Keep-Alive, Trailer and Upgrade"},
      {"GOTIFY_SERVER_RESPONSEHEADERS", "{\"X-A\": \"b\", \"Transfer-Encoding\": \"chunked\"}",
       "Transfer-Encoding: must not be one of the headers by which the server frames its responses: Content-Length, "
       "Transfer-Encoding, Connection, Keep-Alive, Trailer and Upgrade"},
      {"GOTIFY_SERVER_RESPONSEHEADERS", "{\"CONNECTION\": \"close\"}",
       "CONNECTION: must not be one of the headers by which the server frames its responses: Content-Length, "
       "Transfer-Encoding, Connection, Keep-Alive, Trailer and Upgrade"},
      {"GOTIFY_UPLOADEDIMAGESDIR", "a\nb", "a\\x0ab: must be a string without control characters"},
  };
  for (const auto& one : cases) {
    set(one[0], one[1]);
    EXPECT_EQ(error_of(""), one[0] + ": " + one[2]);
    unset(one[0]);
  }
  set("GOTIFY_PASSSTRENGTH_FILE", write("cost", "99\n"));
  EXPECT_EQ(error_of(""), "GOTIFY_PASSSTRENGTH_FILE: 99: must be a whole number from 4 to 31");
}

TEST_F(ConfigTest, ListsAndMapsOfTheFileAreReadAndTheirFaultsNamedByLine) {
  const auto loaded = load_text(
      "server:\n  cors:\n    alloworigins:\n      - a.*\n      - \"b\"\n    allowmethods:\n"
      "  responseheaders:\n    X-A: \"1\"\n    X-B: 2\n");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_THAT(loaded->config.server.cors.alloworigins, ElementsAre("a.*", "b"));
  EXPECT_THAT(loaded->config.server.cors.allowmethods, ElementsAre());
  EXPECT_THAT(loaded->config.server.responseheaders, ElementsAre(Pair("X-A", "1"), Pair("X-B", "2")));
  EXPECT_EQ(setting(*loaded, "server.cors.alloworigins").value, "[a.*, b]");

  EXPECT_EQ(error_of("server:\n  stream:\n    allowedorigins:\n      - ok\n      - \"[\"\n"),
            "config.yml:5: server.stream.allowedorigins: [: must be a regular expression: missing ]: [");
  EXPECT_EQ(error_of("server:\n  cors:\n    allowheaders: [X-A, \"X B\"]\n"),
            "config.yml:3: server.cors.allowheaders: X B: must be a header name");
  EXPECT_EQ(
      error_of("server:\n  responseheaders:\n    X-A: b\n    X-B: \"c\\r\\nX-C: d\"\n"),
      "config.yml:4: server.responseheaders: X-B: must have a value without line ends and other control characters");
  EXPECT_EQ(error_of("server:\n  responseheaders:\n    X-A: [b]\n"),
            "config.yml:3: server.responseheaders: X-A: must have a string as its value");
}

TEST_F(ConfigTest, BooleansHaveTheWordsOfGoAndOfYaml) {
  const auto registration = [this](const std::string& text) {
    set("GOTIFY_REGISTRATION", text);
    const auto loaded = load_text("");
    return loaded.has_value() ? setting(*loaded, "registration").value : loaded.error().text;
  };
  for (const char* word : {"1", "t", "T", "true", "TRUE", "True", "yes", "on", "Y"})
    EXPECT_EQ(registration(word), "true");
  for (const char* word : {"0", "f", "F", "false", "FALSE", "False", "no", "off", "N"}) {
    EXPECT_EQ(registration(word), "false");
  }
  for (const std::string word : {"tRUE", "2", "ja"}) {
    EXPECT_EQ(registration(word), "GOTIFY_REGISTRATION: " + word + ": must be true or false");
  }
  EXPECT_EQ(registration(" true\n"), "true") << "YAML drops blanks";
}

TEST_F(ConfigTest, FewerReadersThanWorkersNeedIsAWarning) {
  const auto warning = [this](const std::string& yaml) {
    const auto loaded = load_text(yaml);
    if (!loaded || loaded->notices.size() != 1 || loaded->notices[0].level != Notice::Level::warning)
      return std::string();
    return loaded->notices[0].text.substr(loaded->notices[0].text.find("config.yml"));
  };
  EXPECT_EQ(warning(""), "");
  EXPECT_EQ(warning("server: {workers: 4}\ndatabase: {readers: 6}"), "");
  EXPECT_EQ(
      warning("server: {workers: 4}\ndatabase:\n  readers: 5"),
      "config.yml:3: database.readers: 5: database.readers should be 6 or more, server.workers plus 2; requests wait "
      "for each other");
  EXPECT_EQ(
      warning("server: {workers: 8}"),
      "config.yml:1: server.workers: 8: database.readers should be 10 or more, server.workers plus 2; requests wait "
      "for each other");
}

TEST_F(ConfigTest, TheMetricsPageNeedsAPortOfItsOwn) {
  EXPECT_EQ(error_of("server:\n  metrics:\n    port: 80\n"),
            "config.yml:3: server.metrics.port: 80: must differ from server.port");
  EXPECT_EQ(error_of("server: {listenaddr: 10.0.0.1, metrics: {port: 80}}"), "loaded");
  EXPECT_EQ(error_of("server: {listenaddr: \"unix:/x\", metrics: {port: 80}}"), "loaded");
}

TEST_F(ConfigTest, SecretsAreHiddenInTheListAndInErrors) {
  set("GOTIFY_DEFAULTUSER_PASS", "hunter2");
  const auto loaded = load_text("database:\n  connection: my passwords@home.db\n");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_EQ(setting(*loaded, "defaultuser.pass").value, "[hidden]");
  EXPECT_EQ(setting(*loaded, "database.connection").value, "[hidden]");
  EXPECT_EQ(loaded->config.database.connection, "my passwords@home.db");
  EXPECT_EQ(setting(*load_text(""), "database.connection").value, "data/gotify.db");

  set("GOTIFY_DEFAULTUSER_PASS", "hunter2\n");
  EXPECT_EQ(error_of("database:\n  connection: \"password=hunter3\\n\"\n"),
            "config.yml:2: database.connection: [hidden]: must be a string without control characters\n"
            "GOTIFY_DEFAULTUSER_PASS: [hidden]: must be a string without control characters");
}

TEST_F(ConfigTest, OtherDatabasesAreRefusedInGotifysWords) {
  EXPECT_EQ(
      error_of("database:\n  dialect: mysql\n"),
      "config.yml:2: database.dialect: mysql: unsupported dialect: mysql; this server supports sqlite3 and postgres; "
      "docs/migration.md says how a MySQL database becomes one of these");
}

}  // namespace
}  // namespace push::config
