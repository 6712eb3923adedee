// Foreign files: Gotify's own, and files with arbitrary content.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "config/support.hpp"

namespace push::config {
namespace {

using testing::ElementsAre;

using LoaderTest = ConfigTest;

// Gotify 2.9's keys and defaults, in the layout of its example file (protocol 5.1, 5.4).
constexpr const char* kGotify = R"(# Example configuration file for the server.
# Save it to `config.yml` when edited

server:
  keepaliveperiodseconds: 0 # 0 = 15s; -1 = off
  listenaddr: "" # the address to bind on
  port: 80 # the port the HTTP server will listen on
  ssl:
    enabled: false # if https should be enabled
    redirecttohttps: true
    listenaddr: ""
    port: 443
    certfile: # leave empty when using letsencrypt
    certkey:
    letsencrypt:
      enabled: false
      accepttos: false
      cache: data/certs
      directoryurl:
      hosts:
#        - mydomain.tld
#        - myotherdomain.tld
  responseheaders:
#    X-Custom-Header: "custom value"
  trustedproxies:
#    - 127.0.0.1/32
#    - ::1
  cors:
    alloworigins:
#      - '.+.example.com'
#      - 'otherdomain.com'
    allowmethods:
#      - "GET"
#      - "POST"
    allowheaders:
#      - "Authorization"
#      - "content-type"
  stream:
    pingperiodseconds: 45
    allowedorigins:
#      - ".+.example.com"
#      - "otherdomain.com"

database:
  dialect: sqlite3
  connection: data/gotify.db

defaultuser: # on database creation
  name: admin
  pass: admin
passstrength: 10
uploadedimagesdir: data/images
pluginsdir: data/plugins
registration: false
)";

std::vector<std::string> notices(const Loaded& loaded) {
  std::vector<std::string> all;
  for (const Notice& one : loaded.notices) {
    all.push_back((one.level == Notice::Level::warning ? "warning: " : "note: ") + one.text);
  }
  return all;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// Unsupported features that are not enabled: Gotify's own example contains all of them.
TEST_F(LoaderTest, AGotifyFileWithItsDefaultsIsReadWithoutAWord) {
  const auto loaded = load_text(kGotify);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_EQ(setting(*loaded, "server.port").origin, loaded->files.at(0) + ":7");
  EXPECT_EQ(setting(*loaded, "registration").origin, loaded->files.at(0) + ":54");
  EXPECT_THAT(notices(*loaded), ElementsAre());
}

TEST_F(LoaderTest, WhatWouldBeMissedIsRefusedNotIgnored) {
  const std::string tls =
      ": true: TLS is not supported: put a reverse proxy that terminates TLS in front of this server, and set this to "
      "false";
  EXPECT_EQ(error_of(replaced(kGotify, "enabled: false", "enabled: true")), "config.yml:9: server.ssl.enabled" + tls);
  set("GOTIFY_SERVER_SSL_ENABLED", "1");
  EXPECT_EQ(error_of(kGotify), "GOTIFY_SERVER_SSL_ENABLED" + tls);
  unset("GOTIFY_SERVER_SSL_ENABLED");
  EXPECT_EQ(error_of("oidc:\n  enabled: true\n"),
            "config.yml:2: oidc.enabled: true: OpenID Connect is not supported: set this to false; password "
            "login works");
  EXPECT_EQ(error_of("localauth: {enabled: false}"),
            "config.yml:1: localauth.enabled: false: password login cannot be disabled because it is the only kind of "
            "login: set this to true or remove it");
}

TEST_F(LoaderTest, WhatCountsIsTheValueInEffect) {
  set("GOTIFY_SERVER_SSL_ENABLED", "false");
  EXPECT_EQ(error_of("server: {ssl: {enabled: true}}"), "loaded");
}

TEST_F(LoaderTest, WhatHasNoEffectIsNamedOnceWithItsPlacesAndWithoutItsValues) {
  set("GOTIFY_OIDC_CLIENTSECRET", "hunter2");
  set("GOTIFY_SERVER_SSL_LETSENCRYPT_HOSTS", "[a.example, b.example]");
  const auto loaded = load_text("server:\n  ssl:\n    enabled: false\n    port: 8443\n    certfile: my.pem\n");
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  const std::string file = loaded->files.at(0);
  EXPECT_THAT(notices(*loaded), ElementsAre("note: no effect, not supported by this server: server.ssl.port (" + file +
                                            ":4), server.ssl.certfile (" + file +
                                            ":5), server.ssl.letsencrypt.hosts (GOTIFY_SERVER_SSL_LETSENCRYPT_HOSTS), "
                                            "oidc.clientsecret (GOTIFY_OIDC_CLIENTSECRET)"));
}

TEST_F(LoaderTest, WhatIsNotServedIsStillCheckedForItsType) {
  EXPECT_EQ(error_of(replaced(kGotify, "port: 443", "port: https")),
            "config.yml:12: server.ssl.port: https: must be a whole number");
  EXPECT_EQ(error_of(replaced(kGotify, "certfile:", "certfile: [a]")),
            "config.yml:13: server.ssl.certfile: a list: must be a string");
  EXPECT_EQ(error_of(replaced(kGotify, "hosts:", "hosts: a.example\n#")),
            "config.yml:20: server.ssl.letsencrypt.hosts: a.example: must be a list");
  EXPECT_EQ(error_of(replaced(kGotify, "hosts:", "hosts: [a.example, ~]\n#")), "loaded");
  set("GOTIFY_OIDC_AUTOREGISTER", "maybe");
  EXPECT_EQ(error_of(""), "GOTIFY_OIDC_AUTOREGISTER: maybe: must be true or false");
}

TEST_F(LoaderTest, PluginsThatLieThereAreSaidNotToBeLoaded) {
  std::filesystem::create_directories(directory_ / "plugins");
  const std::string folder = (directory_ / "plugins").string();
  set("GOTIFY_PLUGINSDIR", folder);
  write("plugins/readme.txt", "");
  const std::string idle = "note: no effect, not supported by this server: pluginsdir (GOTIFY_PLUGINSDIR)";
  EXPECT_THAT(notices(*load_text("")), ElementsAre(idle));
  write("plugins/a.so", "");
  write("plugins/b.so", "");
  EXPECT_THAT(
      notices(*load_text("")),
      ElementsAre(idle, "warning: pluginsdir: " + folder +
                            ": plugins found: 2; this server loads none, and their settings stay in the database"));
  set("GOTIFY_PLUGINSDIR", "");
  EXPECT_THAT(notices(*load_text("")), ElementsAre());
}

TEST_F(LoaderTest, UnknownVariablesAreNamedWithTheNearestKnownOne) {
  set("GOTIFY_SERVER_PROT", "1");
  set("GOTIFY_Server_Port", "1");
  set("GOTIFY_SHARDS", "1");
  set("GOTIFY_DEFAULTUSER_PAS_FILE", "1");
  set("GOTIFY_PORT_80_TCP_ADDR", "10.0.0.1");
  set("OTHER_SERVER_PORT", "1");
  const std::string unknown = ": unknown variable, ignored";
  EXPECT_THAT(
      notices(*load_text("")),
      ElementsAre("warning: GOTIFY_DEFAULTUSER_PAS_FILE" + unknown + "; did you mean GOTIFY_DEFAULTUSER_PASS_FILE?",
                  "warning: GOTIFY_PORT_80_TCP_ADDR" + unknown,
                  "warning: GOTIFY_SERVER_PROT" + unknown + "; did you mean GOTIFY_SERVER_PORT?",
                  "warning: GOTIFY_SHARDS" + unknown + "; did you mean GOTIFY_SERVER_STREAM_SHARDS?",
                  "warning: GOTIFY_Server_Port" + unknown + "; did you mean GOTIFY_SERVER_PORT?"));
}

TEST_F(LoaderTest, AVariableThatNamesAFileInVainIsNamed) {
  set("GOTIFY_DEFAULTUSER_PASS", "a");
  set("GOTIFY_DEFAULTUSER_PASS_FILE", "/run/secrets/pass");
  EXPECT_THAT(
      notices(*load_text("")),
      ElementsAre("warning: GOTIFY_DEFAULTUSER_PASS_FILE: ignored because GOTIFY_DEFAULTUSER_PASS is also set"));
}

TEST_F(LoaderTest, ForeignKeysAreNotListed) {
  const auto loaded = load_text(kGotify);
  ASSERT_TRUE(loaded.has_value());
  for (const Setting& one : loaded->settings) EXPECT_EQ(one.key.find("ssl"), std::string::npos);
}

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string operator()(std::string text) {
    for (std::size_t rounds = 1 + below(4); rounds > 0 && !text.empty(); --rounds) mutate(text);
    return text;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  void mutate(std::string& text) {
    static constexpr std::string_view kMarks =
        "[]{}:,-?&*!|>'\"%@`#\n\t \x01\xff"
        "0123456789~";
    const std::size_t at = below(text.size());
    switch (below(6)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        break;
      case 1:
        text.erase(at, 1 + below(30));
        break;
      case 2:
        text.insert(at, 1 + below(3), kMarks[below(kMarks.size())]);
        break;
      case 3:
        text[at] = kMarks[below(kMarks.size())];
        break;
      case 4:
        text.insert(at, text.substr(below(text.size()), below(60)));
        break;
      default:
        text.resize(at);
        break;
    }
  }

  std::mt19937 random_;
};

TEST_F(LoaderTest, MutatedFilesLoadOrAreRefusedByLine) {
  const auto refusal = testing::MatchesRegex("config\\.yml:[1-9][0-9]*: .+|and [0-9]+ more");
  const std::string original = read("config.yml");
  ASSERT_NE(original, "") << "run from the repository's root";
  Mutator mutated(20261122);
  int refused = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string yaml = mutated(i % 2 == 0 ? original : kGotify);
    const std::string text = error_of(yaml);
    if (text == "loaded") continue;
    ++refused;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_THAT(line, refusal) << "of\n" << yaml;
      EXPECT_TRUE(std::none_of(line.begin(), line.end(), [](char c) { return c >= 0 && c < 0x20; })) << line;
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_LT(refused, 500);
}

}  // namespace
}  // namespace push::config
