// Files of other people: Gotify's own, and files with anything in them.
#include <gmock/gmock.h>

#include <algorithm>
#include <random>

#include "config/support.hpp"

namespace push::config {
namespace {

using LoaderTest = ConfigTest;

// Gotify 2's keys and defaults, in the layout of its example file (gotify-spec 5.1, 5.4).
constexpr const char* kGotify = R"(server:
  keepaliveperiodseconds: 0
  listenaddr: ""
  port: 80
  ssl:
    enabled: false
    redirecttohttps: true
    listenaddr: ""
    port: 443
    certfile:
    certkey:
    letsencrypt:
      enabled: false
      accepttos: false
      cache: data/certs
      hosts:
#        - mydomain.tld
  responseheaders:
#    X-Custom-Header: "custom value"
  trustedproxies:
  cors:
    alloworigins:
    allowmethods:
    allowheaders:
  stream:
    pingperiodseconds: 45
    allowedorigins:
database:
  dialect: sqlite3
  connection: data/gotify.db
defaultuser:
  name: admin
  pass: admin
passstrength: 10
uploadedimagesdir: data/images
pluginsdir: data/plugins
registration: false
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST_F(LoaderTest, a_gotify_file_with_its_defaults_is_read) {
  const auto loaded = load_text(kGotify);
  ASSERT_TRUE(loaded.has_value()) << loaded.error().text;
  EXPECT_EQ(setting(*loaded, "server.port").origin, loaded->file + ":4");
  EXPECT_EQ(setting(*loaded, "uploadedimagesdir").origin, loaded->file + ":35");
}

TEST_F(LoaderTest, what_gotify_serves_and_this_version_does_not_is_refused_not_ignored) {
  const std::string only = ": is not supported by this version, which accepts only the default ";
  EXPECT_EQ(error_of(replaced(kGotify, "enabled: false", "enabled: true")),
            "config.yml:6: server.ssl.enabled: true" + only + "false");
  EXPECT_EQ(error_of(replaced(kGotify, "port: 443", "port: 8443")),
            "config.yml:9: server.ssl.port: 8443" + only + "443");
  EXPECT_EQ(error_of(replaced(kGotify, "hosts:", "hosts: [a.example]")),
            "config.yml:16: server.ssl.letsencrypt.hosts: [a.example]" + only + "[]");
  EXPECT_EQ(error_of(replaced(kGotify, "trustedproxies:", "trustedproxies: [127.0.0.1]")),
            "config.yml:20: server.trustedproxies: [127.0.0.1]" + only + "[]");
  EXPECT_EQ(error_of(replaced(kGotify, "registration: false", "registration: maybe")),
            "config.yml:37: registration: maybe" + only + "false");
  EXPECT_EQ(error_of(replaced(kGotify, "certfile:", "certfile: [a]")),
            "config.yml:10: server.ssl.certfile: a list" + only + "\"\"");
  EXPECT_EQ(error_of(replaced(kGotify, "data/plugins", "\"\"")), "loaded");
}

TEST_F(LoaderTest, the_same_holds_for_variables) {
  const std::string only = ": is not supported by this version, which accepts only the default ";
  const std::vector<std::vector<std::string>> cases = {
      {"GOTIFY_SERVER_SSL_ENABLED", "1", "1", "false", "F"},
      {"GOTIFY_SERVER_SSL_REDIRECTTOHTTPS", "false", "false", "true", "True"},
      {"GOTIFY_SERVER_SSL_LETSENCRYPT_HOSTS", "a,b", "[a, b]", "[]", ""},
      {"GOTIFY_SERVER_TRUSTEDPROXIES", "[10.0.0.0/8", "[10.0.0.0/8", "[]", "[]"},
      {"GOTIFY_SERVER_SECURECOOKIE", "true", "true", "false", "0"},
      {"GOTIFY_PLUGINSDIR", "plugins", "plugins", "data/plugins", ""},
      {"GOTIFY_REGISTRATION", "t", "t", "false", "f"},
      {"GOTIFY_LOCALAUTH_ENABLED", "false", "false", "true", "true"},
      {"GOTIFY_OIDC_ENABLED", "true", "true", "false", "false"},
      {"GOTIFY_OIDC_CLIENTSECRET", "hunter2", "[hidden]", "\"\"", ""},
      {"GOTIFY_OIDC_LINK_BY_USERNAME", "true", "true", "false", "false"},
      {"GOTIFY_OIDC_SCOPES", "openid", "[openid]", "[openid, profile, email]", "openid,profile,email"},
  };
  for (const auto& one : cases) {
    set(one[0], one[1]);
    EXPECT_EQ(error_of(""), one[0] + ": " + one[2] + only + one[3]);
    set(one[0], one[4]);
    EXPECT_EQ(error_of(""), "loaded") << one[0];
    unset(one[0]);
  }
}

TEST_F(LoaderTest, a_dotenv_file_that_is_named_is_refused_not_ignored) {
  set("GOTIFY_CONFIG_FILE", "/srv/gotify.env");
  EXPECT_EQ(error_of(""),
            "GOTIFY_CONFIG_FILE: /srv/gotify.env: dotenv files are not supported by this version; set variables or "
            "name a config.yml");
}

TEST_F(LoaderTest, a_dotenv_file_where_gotify_looks_is_refused_unless_a_file_is_named) {
  std::filesystem::create_directories(directory_ / "gotify");
  write("gotify/gotify-server.env", "GOTIFY_SERVER_PORT=8080\n");
  set("XDG_CONFIG_HOME", directory_.string());
  EXPECT_THAT(shorten(load_file("")),
              testing::HasSubstr("gotify/gotify-server.env: dotenv files are not supported by this version"));
  EXPECT_EQ(error_of(""), "loaded");
}

TEST_F(LoaderTest, foreign_keys_are_not_listed) {
  const auto loaded = load_text(kGotify);
  ASSERT_TRUE(loaded.has_value());
  for (const Setting& one : loaded->settings) {
    EXPECT_EQ(one.key.find("ssl"), std::string::npos);
    EXPECT_NE(one.key, "registration");
  }
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

TEST_F(LoaderTest, mutated_files_load_or_are_refused_by_line) {
  const auto refusal = testing::MatchesRegex("config\\.yml:[1-9][0-9]*: .+|and [0-9]+ more");
  const std::string original = read("config.yml");
  ASSERT_NE(original, "") << "run from the top of the repository";
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
