// What compose files, Kubernetes and old guides put into variables, and where an open quote is reported.
#include <gmock/gmock.h>

#include "config/support.hpp"

namespace push::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

using VariablesTest = ConfigTest;

TEST_F(VariablesTest, AnEmptyOneCountsAsUnsetWhateverItsKind) {
  const std::string yaml = "server: {port: 8080, listenaddr: 127.0.0.1, trustedproxies: [10.0.0.1]}\nuidir: web\n";
  const auto plain = load_text(yaml);
  ASSERT_TRUE(plain) << plain.error().text;
  for (const Setting& one : plain->settings) {
    set(one.variable, "");
    set(one.variable + "_FILE", "");
  }
  for (const char* foreign : {"GOTIFY_SERVER_SSL_ENABLED", "GOTIFY_SERVER_SSL_PORT", "GOTIFY_OIDC_ENABLED"})
    set(foreign, "");
  const auto loaded = load_text(yaml);
  ASSERT_TRUE(loaded) << loaded.error().text;
  for (std::size_t i = 0; i < plain->settings.size(); ++i) {
    EXPECT_EQ(loaded->settings[i].value, plain->settings[i].value) << plain->settings[i].key;
    EXPECT_EQ(loaded->settings[i].origin, plain->settings[i].origin) << plain->settings[i].key;
  }
  EXPECT_TRUE(loaded->notices.empty());
}

TEST_F(VariablesTest, BlanksAroundANumberASwitchOrAListAreNothing) {
  set("GOTIFY_SERVER_PORT", " 8080");
  set("GOTIFY_PASSSTRENGTH", "12\n");
  set("GOTIFY_REGISTRATION", "\ttrue ");
  set("GOTIFY_SERVER_TRUSTEDPROXIES", "  ");
  set("GOTIFY_SERVER_WORKERS", " ");
  set("GOTIFY_DEFAULTUSER_PASS", "  ");
  const auto loaded = load_text("server: {workers: 3, trustedproxies: [10.0.0.1]}");
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->config.server.port, 8080);
  EXPECT_EQ(loaded->config.server.workers, 3U);
  EXPECT_THAT(loaded->config.server.trustedproxies, ElementsAre("10.0.0.1"));
  EXPECT_EQ(loaded->config.passstrength, 12U);
  EXPECT_TRUE(loaded->config.registration);
  EXPECT_EQ(loaded->config.defaultuser.pass, "  ") << "a password may consist of blanks";
}

TEST_F(VariablesTest, ThePortsOfKubernetesAreIgnoredWithAWarning) {
  set("GOTIFY_SERVER_PORT", "tcp://10.96.0.12:80");
  set("GOTIFY_SERVER_METRICS_PORT", "udp://10.96.0.12:81");
  const auto loaded = load_text("server: {port: 8080}");
  ASSERT_TRUE(loaded) << loaded.error().text;
  EXPECT_EQ(loaded->config.server.port, 8080);
  EXPECT_EQ(loaded->config.server.metrics.port, 0);
  ASSERT_EQ(loaded->notices.size(), 2U);
  EXPECT_EQ(loaded->notices[0].level, Notice::Level::warning);
  EXPECT_EQ(loaded->notices[0].text,
            "GOTIFY_SERVER_PORT: tcp://10.96.0.12:80: ignored, because Kubernetes sets it for a service of that name; "
            "to avoid it, rename the service or set enableServiceLinks: false in the pod");
  set("GOTIFY_SERVER_PORT_FILE", write("port", "8081"));
  EXPECT_EQ(load_text("server: {port: 8080}")->config.server.port, 8081) << "a file is the operator's own";
  unset("GOTIFY_SERVER_PORT_FILE");
  set("GOTIFY_SERVER_PORT", "http://10.96.0.12:80");
  EXPECT_EQ(error_of(""), "GOTIFY_SERVER_PORT: http://10.96.0.12:80: must be a whole number from 0 to 65535");
}

TEST_F(VariablesTest, AnUnclosedQuoteOrBracketIsReportedWhereItOpens) {
  const std::string open = ": YAML syntax: a quote or bracket on this line is not closed";
  const struct {
    const char* yaml;
    int line;
  } cases[] = {
      {"compat: \"v2\n", 1},
      {"server:\n  port: 80\ndefaultuser:\n  pass: \"hunter2\n  name: ich\nregistration: false\n", 4},
      {"server:\n  port: 80\ndefaultuser:\n  pass: 'it''s\n  name: ich\nregistration: false\n", 4},
      {"compat: \"v2\nloglevel: \"info\"\nregistration: false\n", 1},
      {"compat: 'v2\nloglevel: info\nuidir: 'web'\nregistration: false\n", 1},
      {"uidir: \"a\n  b\"\ndefaultuser:\n  pass: \"x\n", 4},
      {"server:\n  port: [80\n", 2},
      {"server:\n  trustedproxies: [10.0.0.1,\n    10.0.0.2\n  port: 80\nregistration: true\n", 2},
      {"server: {port: 80\nregistration: true\n", 1},
      {"# it's\nuidir: it's\ndefaultuser:\n  pass: \"x\\\"\n", 4},
  };
  for (const auto& one : cases)
    EXPECT_EQ(error_of(one.yaml), "config.yml:" + std::to_string(one.line) + open) << one.yaml;
  EXPECT_EQ(error_of("uidir: \"a\n  b\"\nserver:\n\tport: 80\n"),
            "config.yml:4: YAML syntax: a tab in the indentation: use spaces");
}

// 50 places are looked at, and each costs a parse.
TEST_F(VariablesTest, ALongFileWithAnOpenQuoteIsRefusedAllTheSame) {
  std::string yaml = "defaultuser:\n  pass: \"x\n";
  for (int i = 0; i < 20000; ++i) yaml += "  # it's [\n";
  EXPECT_NE(error_of(yaml), "loaded");
}

TEST_F(VariablesTest, ListsAreCsvRecordsOrYaml) {
  const auto methods = [this](const std::string& text) {
    set("GOTIFY_SERVER_CORS_ALLOWORIGINS", text);
    const auto loaded = load_text("server: {cors: {alloworigins: [file]}}");
    return loaded.has_value() ? loaded->config.server.cors.alloworigins : std::vector<std::string>{loaded.error().text};
  };
  EXPECT_THAT(methods("a"), ElementsAre("a"));
  EXPECT_THAT(methods("a, b,  c d"), ElementsAre("a", "b", "c d"));
  EXPECT_THAT(methods("\"a{1,2}\", \"say \"\"hi\"\"\""), ElementsAre("a{1,2}", "say \"hi\""));
  EXPECT_THAT(methods("\"[a-z]+\""), ElementsAre("[a-z]+"));
  EXPECT_THAT(methods("[a, \"b,c\"]"), ElementsAre("a", "b,c"));
  EXPECT_THAT(methods(""), ElementsAre("file")) << "it counts as unset";
  EXPECT_THAT(methods("[]"), ElementsAre());
  EXPECT_THAT(methods("a,\t \"b,c\""), ElementsAre("a", "b,c"));
  EXPECT_THAT(methods(" [a, b] "), ElementsAre("a", "b"));
  EXPECT_THAT(methods("\n[a,\n  b]\n"), ElementsAre("a", "b"));
  EXPECT_THAT(methods("- \".+.example.com\"\n- \"otherdomain.com\""), ElementsAre(".+.example.com", "otherdomain.com"));
  EXPECT_THAT(methods("- \"moz-extension://5ab1\""), ElementsAre("moz-extension://5ab1"));
  EXPECT_THAT(methods("\n  - a,b # of ours\n  - 'c'\n"), ElementsAre("a,b", "c"));
  EXPECT_THAT(methods("-a"), ElementsAre("-a"));
  EXPECT_THAT(methods("[a-z]+,[0-9]+"), ElementsAre("[a-z]+", "[0-9]+")) << "starts with a bracket but is a CSV record";
}

TEST_F(VariablesTest, MapsAreJsonOrYaml) {
  const auto headers = [this](const std::string& text) {
    set("GOTIFY_SERVER_RESPONSEHEADERS", text);
    const auto loaded = load_text("server: {responseheaders: {X-File: 1}}");
    return loaded.has_value() ? loaded->config.server.responseheaders
                              : std::map<std::string, std::string>{{"error", loaded.error().text}};
  };
  EXPECT_THAT(headers("{\"X-A\":\"b: c\",\"X-B\":\"\\\"\\u00e9\\/\"}"),
              ElementsAre(Pair("X-A", "b: c"), Pair("X-B", "\"\u00e9/")));
  EXPECT_THAT(headers("{X-H: \"v\", X-I: w}"), ElementsAre(Pair("X-H", "v"), Pair("X-I", "w")));
  EXPECT_THAT(headers(""), ElementsAre(Pair("X-File", "1"))) << "it counts as unset";
  EXPECT_THAT(headers("\nX-H: v\nX-I: w\n"), ElementsAre(Pair("X-H", "v"), Pair("X-I", "w")));
}

}  // namespace
}  // namespace push::config
