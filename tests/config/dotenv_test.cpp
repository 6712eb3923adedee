// The dialect of Go's godotenv, which Gotify 3 reads. Every value here is godotenv 1.5.1's result.
#include "config/dotenv.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "config/support.hpp"

namespace push::config {
namespace {

using testing::ElementsAre;
using Values = std::map<std::string, std::string>;

std::vector<Assignment> assignments(const std::string& text) {
  const auto parsed = parse_dotenv(text);
  if (const DotenvError* problem = std::get_if<DotenvError>(&parsed)) {
    ADD_FAILURE() << "line " << problem->line << ": " << problem->text << "\n" << text;
    return {};
  }
  return std::get<std::vector<Assignment>>(parsed);
}

Values values(const std::string& text) {
  Values all;
  for (const Assignment& one : assignments(text)) all[one.name] = one.value;
  return all;
}

std::string problem(const std::string& text) {
  const auto parsed = parse_dotenv(text);
  const DotenvError* found = std::get_if<DotenvError>(&parsed);
  return found == nullptr ? "none" : std::to_string(found->line) + ": " + found->text;
}

TEST(Dotenv, IsReadAsGotifyReadsIt) {
  const std::vector<std::pair<std::string, Values>> cases = {
      {"A=1", {{"A", "1"}}},
      {"A = 1 ", {{"A", "1"}}},
      {"A: 1", {{"A", "1"}}},
      {"A=", {{"A", ""}}},
      {"A=\nB=2", {{"A", ""}, {"B", "2"}}},
      {"  export A=1", {{"A", "1"}}},
      {"export\tA=1", {{"A", "1"}}},
      {"exportA=1", {{"exportA", "1"}}},
      {"export=1", {{"export", "1"}}},
      {"# no\n\n  # no\nA=1 # yes", {{"A", "1"}}},
      {"A=a#b", {{"A", "a#b"}}},
      {"A=a #b #c", {{"A", "a #b"}}},
      {"A=#b", {{"A", "#b"}}},
      {"A= #b", {{"A", "#b"}}},
      {"A=\"a # b\" # c", {{"A", "a # b"}}},
      {"A='a # b'", {{"A", "a # b"}}},
      {"A=\"a\\nb\\tc\\\\d\\\"e f\"", {{"A", "a\nbtc\\d\"e f"}}},
      {"A='a\\nb'", {{"A", "a\\nb"}}},
      {"A=\"1\n2\n3\"\nB='4\n5'", {{"A", "1\n2\n3"}, {"B", "4\n5"}}},
      {"A=\"a\r\nb\"\r\nB=2\r\n", {{"A", "a\nb"}, {"B", "2"}}},
      {"A=1\rB=2", {{"A", "1"}, {"B", "2"}}},
      {"A=1\nB=$A${A}x${A", {{"A", "1"}, {"B", "11x1"}}},
      {"A=1\nB='$A' \nC=\\$A\nD=\"\\$A\"", {{"A", "1"}, {"B", "$A"}, {"C", "$A"}, {"D", "$A"}}},
      {"A=1\nB=$(A)", {{"A", "1"}, {"B", "1)"}}},
      {"A=$ ${} $a $(", {{"A", "$ ${} $a $("}}},
      {"A=$A\nA=1\nA=$A$A", {{"A", "11"}}},
      {"A.b_C1=x", {{"A.b_C1", "x"}}},
      {"A=\"x\"B=y", {{"A", "x"}, {"B", "y"}}},
      {"A=\"x\" # c\nB=y", {{"A", "x"}, {"B", "y"}}},
      {"A=\"a\\\"\"", {{"A", "a\\"}}},
      {"A='it\\'s'", {{"A", "it\\'s"}}},
      {"A=a\\nb", {{"A", "a\\nb"}}},
      {"A={\"X-A\": \"b\"}", {{"A", "{\"X-A\": \"b\"}"}}},
      {"A='{\"X-A\": \"b\"}'", {{"A", "{\"X-A\": \"b\"}"}}},
      {"A=[a, \"b c\"]", {{"A", "[a, \"b c\"]"}}},
      {"A=\"\"", {{"A", ""}}},
      {"A=''", {{"A", ""}}},
      {"A=é ü\xc2\xa0", {{"A", "é ü"}}},
      {"A=b=c", {{"A", "b=c"}}},
      {"A=http://x:80/?a=b&c", {{"A", "http://x:80/?a=b&c"}}},
      {"a b=1", {{"a b", "1"}}},
      {"A=\"\\\\\\$x\"", {{"A", "\\$x"}}},
  };
  for (const auto& [text, expected] : cases) {
    EXPECT_EQ(values(text), expected) << text;
    EXPECT_EQ(values(text + "\n"), expected) << text;
  }
}

TEST(Dotenv, AssignmentsKnowTheirLine) {
  std::vector<int> lines;
  for (const Assignment& one : assignments("\n# c\r\nA=1\r\nB=\"2\n\n3\" C=x\n\nexport D: 4"))
    lines.push_back(one.line);
  EXPECT_THAT(lines, ElementsAre(3, 4, 6, 8));
}

TEST(Dotenv, ProblemsNameTheLineAndNeverTheValue) {
  const std::string name = "a name must consist of letters, digits, _ and ., and = must follow it";
  EXPECT_EQ(problem("A=1\nB\nC=2\n"), "2: missing = after the name");
  EXPECT_EQ(problem("A=1\n\nhunter2"), "3: missing = after the name");
  EXPECT_EQ(problem("=x"), "1: missing name before =");
  EXPECT_EQ(problem("A=1\nB-C=2\n"), "2: " + name);
  EXPECT_EQ(problem("A=\"x\" hunter-2\n"), "1: " + name);
  EXPECT_EQ(problem("A=1\n\nB=\"hunter2\nC=3\n"), "3: unterminated quoted value");
  EXPECT_EQ(problem("A='hunter2\\'\n"), "1: unterminated quoted value");
  EXPECT_EQ(problem(std::string("A=1\nB=\0\n", 8)), "2: not a text file: control character");
}

TEST(Dotenv, WhatMayNotBeMeantIsRemarkedUpon) {
  const auto remark = [](const std::string& text) {
    const auto all = assignments(text);
    return all.empty() || all.back().remark == nullptr ? std::string() : std::string(all.back().remark);
  };
  EXPECT_THAT(remark("A=pa$SWORD"), testing::HasSubstr("$NAME"));
  EXPECT_THAT(remark("A=\"pa${SWORD}\""), testing::HasSubstr("$NAME"));
  EXPECT_THAT(remark("A=\"say \\\"hi\\\"\""), testing::HasSubstr("single quotes"));
  EXPECT_THAT(remark("A= # nothing"), testing::HasSubstr("part of the value"));
  EXPECT_THAT(remark("A=80 # port # of http"), testing::HasSubstr("part of the value"));
  for (const char* fine : {"A=1", "A=#1", "A=1 # c", "A='$X'", "A=\\$X", "B=1\nA=$B", "A=$x", "A=\"\\\"x\\\" \""}) {
    EXPECT_EQ(remark(fine), "") << fine;
  }
}

TEST(Dotenv, WhatIsQuotedReadsBack) {
  for (const char* simple : {"80", "data/gotify.db", "unix:/run/a.sock", "a,b", "-1"}) {
    EXPECT_EQ(quote_dotenv(simple), simple);
  }
  EXPECT_EQ(quote_dotenv(""), "''");
  EXPECT_EQ(quote_dotenv("{\"X-A\":\"b\"}"), "'{\"X-A\":\"b\"}'");
  EXPECT_EQ(quote_dotenv("it's $5"), "\"it's \\$5\"");
  EXPECT_EQ(quote_dotenv("a'b\""), "a'b\"") << "in double quotes Gotify would lose the last one";
  EXPECT_EQ(quote_dotenv("'\""), std::nullopt);

  std::mt19937 random(20261122);
  const std::string alphabet = "aB1 '\"\\$#={}(),\n\r\tn";
  int unsaid = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string value;
    for (std::size_t size = random() % 12; value.size() < size;) value += alphabet[random() % alphabet.size()];
    const auto quoted = quote_dotenv(value);
    if (!quoted) {
      ++unsaid;
      continue;
    }
    EXPECT_EQ(values("X=1\nA=" + *quoted + "\nB=2"), (Values{{"A", value}, {"B", "2"}, {"X", "1"}}));
  }
  EXPECT_LT(unsaid, 1000);
}

class DotenvFile : public ConfigTest {
 protected:
  // `text` as the file that GOTIFY_CONFIG_FILE names, next to an empty config.yml.
  core::Result<Loaded> load_dotenv(const std::string& text) {
    set("GOTIFY_CONFIG_FILE", write("my.env", text));
    return load_text("");
  }
  std::vector<std::string> warnings(const Loaded& loaded) const {
    std::vector<std::string> all;
    for (const Notice& one : loaded.notices) {
      const std::string prefix = directory_.string() + "/";
      std::string text = one.text;
      for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix)) {
        text.erase(at, prefix.size());
      }
      if (one.level == Notice::Level::warning) all.push_back(text);
    }
    return all;
  }
  static constexpr const char* kBoth =
      "my.env: overrides config.yml; Gotify 3 does not read config.yml, so keep only one of them";
};

TEST_F(DotenvFile, StandsBetweenConfigYmlAndTheEnvironment) {
  set("GOTIFY_SERVER_PORT", "3");
  set("GOTIFY_CONFIG_FILE", write("my.env", "GOTIFY_SERVER_PORT=2\nGOTIFY_SERVER_THREADS=2\n"));
  const auto loaded = load_text("server: {port: 1, threads: 1, workers: 1}");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_EQ(loaded->config.server.port, 3);
  EXPECT_EQ(loaded->config.server.threads, 2U);
  EXPECT_EQ(loaded->config.server.workers, 1U);
  EXPECT_EQ(setting(*loaded, "server.threads").origin, (directory_ / "my.env").string() + ":2");
  EXPECT_EQ(setting(*loaded, "server.port").origin, "GOTIFY_SERVER_PORT");
  EXPECT_THAT(loaded->files, ElementsAre((directory_ / "config.yml").string(), (directory_ / "my.env").string()));
  EXPECT_THAT(warnings(*loaded), ElementsAre(kBoth));
}

TEST_F(DotenvFile, ErrorsNameFileLineVariableAndValue) {
  EXPECT_EQ(shorten(load_dotenv("# c\nGOTIFY_SERVER_PORT=abc\nGOTIFY_DEFAULTUSER_PASS=\"hunter\\n2\"\n")),
            "my.env:2: GOTIFY_SERVER_PORT: abc: must be a whole number from 0 to 65535\n"
            "my.env:3: GOTIFY_DEFAULTUSER_PASS: [hidden]: must be a string without control characters");
  EXPECT_EQ(shorten(load_dotenv("A=1\nnonsense\n")), "my.env:2: missing = after the name");
  EXPECT_EQ(shorten(load_dotenv("GOTIFY_DEFAULTUSER_PASS_FILE=/none/there\n")),
            "my.env:1: GOTIFY_DEFAULTUSER_PASS_FILE: /none/there: cannot be read: No such file or directory");
  EXPECT_EQ(shorten(load_dotenv("\nGOTIFY_SERVER_SSL_ENABLED=true\n")),
            "my.env:2: server.ssl.enabled: true: TLS is not supported: put a reverse proxy that terminates "
            "TLS in front of this server, and set this to false");
}

TEST_F(DotenvFile, ListsMapsAndFilesWithValuesWorkThere) {
  const std::string pass = write("pass", "geheim\r\n");
  const auto loaded = load_dotenv(
      "GOTIFY_SERVER_CORS_ALLOWMETHODS=GET, POST\n"
      "GOTIFY_SERVER_CORS_ALLOWHEADERS=[X-A, \"X-B\"]\n"
      "GOTIFY_SERVER_RESPONSEHEADERS={\"X-A\":\"b, c\"}\n"
      "GOTIFY_DEFAULTUSER_PASS_FILE=" +
      pass + "\n");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_THAT(loaded->config.server.cors.allowmethods, ElementsAre("GET", "POST"));
  EXPECT_THAT(loaded->config.server.cors.allowheaders, ElementsAre("X-A", "X-B"));
  EXPECT_THAT(loaded->config.server.responseheaders, ElementsAre(testing::Pair("X-A", "b, c")));
  EXPECT_EQ(loaded->config.defaultuser.pass, "geheim");
}

TEST_F(DotenvFile, WhatHasNoEffectThereIsSaid) {
  const auto loaded = load_dotenv(
      "GOTIFY_SERVER_PROT=1\nGOTIFY_SERVER_PORT=1\nGOTIFY_SERVER_PORT=2\n"
      "GOTIFY_DEFAULTUSER_PASS=$NOBODY\nGOTIFY_CONFIG_FILE=x\nTZ=UTC\n");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_EQ(loaded->config.server.port, 2);
  EXPECT_EQ(loaded->variables, (std::map<std::string, std::string>{{"TZ", "UTC"}}));
  EXPECT_THAT(warnings(*loaded),
              ElementsAre("my.env:3: GOTIFY_SERVER_PORT: overrides my.env:2",
                          testing::StartsWith("my.env:4: GOTIFY_DEFAULTUSER_PASS: $NAME is read as empty"),
                          "my.env:5: GOTIFY_CONFIG_FILE: has no effect in a dotenv file",
                          "my.env:1: GOTIFY_SERVER_PROT: unknown variable, ignored; did you mean "
                          "GOTIFY_SERVER_PORT?",
                          kBoth));
}

TEST_F(DotenvFile, ThatIsNamedAndMissingIsAWarning) {
  set("GOTIFY_CONFIG_FILE", (directory_ / "none.env").string());
  const auto loaded = load_text("");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_THAT(warnings(*loaded),
              ElementsAre("GOTIFY_CONFIG_FILE: none.env: cannot be read: No such file or directory"));
  set("GOTIFY_CONFIG_FILE", directory_.string());
  EXPECT_THAT(error_of(""), testing::HasSubstr(": cannot be read: Is a directory"));
}

TEST_F(DotenvFile, IsFoundWhereGotifyLooksAndTheFirstOneCounts) {
  std::filesystem::create_directories(directory_ / "home/.config/gotify");
  std::filesystem::create_directories(directory_ / "xdg/gotify");
  write("home/.config/gotify/gotify-server.env", "GOTIFY_SERVER_PORT=1\n");
  write("xdg/gotify/gotify-server.env", "GOTIFY_SERVER_PORT=2\n");
  set("HOME", (directory_ / "home").string());
  EXPECT_EQ(load_text("")->config.server.port, 1);
  set("XDG_CONFIG_HOME", (directory_ / "xdg").string());
  EXPECT_EQ(load_text("")->config.server.port, 2);
  set("GOTIFY_CONFIG_FILE", write("my.env", "GOTIFY_SERVER_PORT=3\n"));
  EXPECT_EQ(load_text("")->config.server.port, 3) << "then no other file is looked for";
}

TEST_F(DotenvFile, WithAYamlNameIsTheConfigYml) {
  set("GOTIFY_CONFIG_FILE", write("my.yml", "server:\n  port: 1\n"));
  const auto loaded = load_file("");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_EQ(loaded->config.server.port, 1);
  ASSERT_EQ(loaded->notices.size(), 1U);
  EXPECT_EQ(loaded->notices[0].text,
            "GOTIFY_CONFIG_FILE: " + (directory_ / "my.yml").string() + ": read as config.yml");
  EXPECT_EQ(error_of(""), "GOTIFY_CONFIG_FILE: my.yml: --config names another file, config.yml");
  set("GOTIFY_CONFIG_FILE", (directory_ / "none.yaml").string());
  EXPECT_EQ(shorten(load_file("")), "none.yaml: cannot be read: No such file or directory");
}

TEST_F(DotenvFile, OfAConfigYmlSaysTheSame) {
  const std::string yaml =
      "server:\n  port: 8080\n  responseheaders: {X-A: 'say \"hi\"', X-B: \"it's $5 \\\\\"}\n"
      "  ssl: {letsencrypt: {hosts: [a.example]}}\n"
      "  cors: {alloworigins: ['[a-z]+', 'a{1,2}', 'x\"y', ' z'], allowmethods: []}\n"
      "defaultuser: {name: 'a b', pass: 'it''s # $HOME'}\nregistration: yes\n";
  const std::string config = write("config.yml", yaml);
  const auto dotenv = migrate(config);
  ASSERT_TRUE(dotenv.has_value()) << dotenv.error().text;
  EXPECT_THAT(*dotenv, testing::HasSubstr("GOTIFY_SERVER_PORT=8080\n"));
  EXPECT_THAT(*dotenv, testing::HasSubstr("GOTIFY_SERVER_SSL_LETSENCRYPT_HOSTS=a.example\n"));
  const auto before = load_file(config);
  ASSERT_TRUE(before.has_value()) << before.error().text;
  const auto after = load_dotenv(*dotenv);
  ASSERT_TRUE(after.has_value()) << after.error().text;
  for (std::size_t i = 0; i < before->settings.size(); ++i) {
    EXPECT_EQ(after->settings[i].value, before->settings[i].value) << before->settings[i].key;
    if (before->settings[i].value == "[]") continue;  // an empty variable counts as unset
    EXPECT_EQ(after->settings[i].origin == "default", before->settings[i].origin == "default")
        << before->settings[i].key;
  }
  EXPECT_EQ(after->config.defaultuser.pass, "it's # $HOME");
  EXPECT_EQ(after->config.server.cors.alloworigins, before->config.server.cors.alloworigins);
}

TEST_F(DotenvFile, ThatCannotHoldAValueIsNotWritten) {
  const auto refused = migrate(write("config.yml", "defaultuser: {pass: \"'\\\"\"}"));
  EXPECT_THAT(refused.error().text,
              testing::EndsWith(
                  "config.yml: defaultuser.pass: a dotenv file cannot hold this value; write it to a file of its own "
                  "and set GOTIFY_DEFAULTUSER_PASS_FILE to that path"));
  EXPECT_THAT(migrate(write("config.yml", "server: {metrics: {listenaddr: ''}}")).error().text,
              testing::HasSubstr("server.metrics.listenaddr: a dotenv file cannot hold this value"))
      << "it would count as unset, and the default is not empty";
  EXPECT_EQ(migrate((directory_ / "none.yml").string()).error().code, core::ErrorCode::not_found);
  EXPECT_THAT(migrate(write("config.yml", "prot: 1")).error().text,
              testing::HasSubstr("config.yml:1: prot: unknown key"));
}

}  // namespace
}  // namespace push::config
