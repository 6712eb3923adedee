// Configuration as Gotify reads it, in the real program: what it reports, and what it then does.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "support/server_process.hpp"

namespace push::support {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Configuration : public testing::Test {
 protected:
  Completed run(const std::vector<std::string>& arguments, Settings environment = {}) {
    environment.emplace("HOME", directory_.file("home"));
    return run_program(arguments, environment, directory_.path());
  }
  std::string write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = directory_.file(name);
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path;
  }
  static void write(const ServerProcess& server, const std::string& name, const std::string& text) {
    std::ofstream(server.directory() + "/" + name) << text;
  }
  // The line of check-config without the key.
  static std::string line(const Completed& check, const std::string& key) {
    std::istringstream in(check.out);
    for (std::string one; std::getline(in, one);) {
      if (one.starts_with(key + " = ")) return one.substr(key.size() + 3);
    }
    return "no " + key + ": " + check.err;
  }

  TemporaryDirectory directory_;
};

TEST_F(Configuration, DefaultsThenConfigYmlThenDotenvThenEnvironment) {
  write("config.yml", "server:\n  port: 1\n  threads: 1\n  workers: 1\n");
  EXPECT_EQ(line(run({"check-config"}), "server.port"), "1  # config.yml:2");
  write("gotify-server.env", "# ours\nexport GOTIFY_SERVER_PORT=2\nGOTIFY_SERVER_THREADS: '2' # two\n");
  const Completed check = run({"check-config"}, {{"GOTIFY_SERVER_PORT", "3"}});
  EXPECT_EQ(check.code, 0);
  EXPECT_EQ(line(check, "server.port"), "3  # GOTIFY_SERVER_PORT");
  EXPECT_EQ(line(check, "server.threads"), "2  # gotify-server.env:3");
  EXPECT_EQ(line(check, "server.workers"), "1  # config.yml:4");
  EXPECT_EQ(line(check, "server.workerqueue"), "1024  # default");
  EXPECT_EQ(line(check, "server.lookupqueue"), "65536  # default");
  EXPECT_EQ(line(check, "server.tokencache"), "32768  # default");
  EXPECT_EQ(check.err,
            "warning: gotify-server.env: overrides config.yml; Gotify 3 does not read config.yml, so keep only one of "
            "them\n");
}

TEST_F(Configuration, ADotenvFileIsFoundInGotifysPlaces) {
  const std::string home = write("home/.config/gotify/gotify-server.env", "GOTIFY_SERVER_PORT=4\n");
  EXPECT_EQ(line(run({"check-config"}), "server.port"), "4  # " + home + ":1");
  const std::string xdg = write("xdg/gotify/gotify-server.env", "GOTIFY_SERVER_PORT=5\n");
  const Settings settings = {{"XDG_CONFIG_HOME", directory_.file("xdg")}};
  EXPECT_EQ(line(run({"check-config"}, settings), "server.port"), "5  # " + xdg + ":1");
  write("gotify-server.env", "GOTIFY_SERVER_PORT=6\n");
  const Completed check = run({"check-config"}, settings);
  EXPECT_EQ(line(check, "server.port"), "6  # gotify-server.env:1");
  EXPECT_EQ(check.err, "warning: " + xdg + ": ignored because gotify-server.env comes first\n");
  const std::string named = write("named", "GOTIFY_SERVER_PORT=7\n");
  EXPECT_EQ(line(run({"check-config"}, {{"GOTIFY_CONFIG_FILE", named}}), "server.port"), "7  # " + named + ":1");
}

TEST_F(Configuration, WhatCannotBeReadIsOneLineAndExitCode3) {
  write("gotify-server.env", "GOTIFY_SERVER_PORT=80\nGOTIFY_PASSSTRENGTH=strong\n");
  const Completed type = run({});
  EXPECT_EQ(type.code, 3);
  EXPECT_EQ(type.out, "");
  EXPECT_EQ(type.err, "gotify-server.env:2: GOTIFY_PASSSTRENGTH: strong: must be a whole number from 4 to 31\n");
  write("gotify-server.env", "A=1\n\nGOTIFY_SERVER_PORT\n");
  EXPECT_EQ(run({}).err, "gotify-server.env:3: missing = after the name\n");
  write("gotify-server.env", "");
  EXPECT_EQ(run({}, {{"GOTIFY_DEFAULTUSER_PASS_FILE", "none"}}).err,
            "GOTIFY_DEFAULTUSER_PASS_FILE: none: cannot be read: No such file or directory\n");
}

TEST_F(Configuration, WhatThisServerDoesNotServeIsRefusedWhenItIsAskedFor) {
  const Completed tls = run({}, {{"GOTIFY_SERVER_SSL_ENABLED", "true"}});
  EXPECT_EQ(tls.code, 3);
  EXPECT_EQ(
      tls.err,
      "GOTIFY_SERVER_SSL_ENABLED: true: TLS is not supported: put a reverse proxy that terminates TLS in front of "
      "this server, "
      "and set this to false\n");
  write("config.yml", "oidc:\n  enabled: true\n");
  EXPECT_THAT(run({}).err, StartsWith("config.yml:2: oidc.enabled: true: OpenID Connect is not supported"));
  EXPECT_EQ(run({}, {{"GOTIFY_DATABASE_DIALECT", "mysql"}, {"GOTIFY_OIDC_ENABLED", "0"}}).err,
            "GOTIFY_DATABASE_DIALECT: mysql: unsupported dialect: mysql; this server supports sqlite3 and postgres; "
            "docs/migration.md says how a MySQL "
            "database becomes one of these\n");
}

TEST_F(Configuration, OfGotify2StartsAndItsLogSaysWhatHasNoEffect) {
  ServerProcess server({{"GOTIFY_SERVER_PROT", "1"}, {"GOTIFY_PLUGINSDIR", directory_.file("plugins")}});
  write("plugins/echo.so", "");
  write(server, "config.yml",
        "server:\n  responseheaders: # every response\n    X-Ours: \"a: b\"\n  ssl:\n    enabled: false\n"
        "    redirecttohttps: true\n    port: 443\n    certfile: my.pem\n    letsencrypt:\n      hosts:\n"
        "        - push.example\n  trustedproxies:\n    - 127.0.0.1/32\n    - ::1\n"
        "defaultuser: # only once\n  pass: geheim\nregistration: false\n");
  server.start();
  EXPECT_EQ(server.http({basic_header("admin", "geheim")}).get("/application").status, 200);
  EXPECT_EQ(server.http({basic_header("admin", "admin")}).get("/application").status, 401);
  EXPECT_EQ(server.http().get("/version").header("X-Ours"), "a: b");
  EXPECT_EQ(server.stop(), 0);  // the log is whole
  EXPECT_THAT(server.log(),
              AllOf(HasSubstr("config=\"config.yml\"\n"), HasSubstr("server.ssl.certfile (config.yml:8)"),
                    HasSubstr("server.ssl.letsencrypt.hosts (config.yml:10)"), HasSubstr("plugins found: 1;"),
                    HasSubstr("GOTIFY_SERVER_PROT: unknown variable, ignored; did you mean "
                              "GOTIFY_SERVER_PORT?"),
                    Not(HasSubstr("geheim"))));
}

TEST_F(Configuration, OfGotify3StartsFromItsDotenvFile) {
  ServerProcess server(Settings{{"GOTIFY_CONFIG_FILE", "my.env"}});
  write(server, "pass", "geheim\n");
  write(server, "my.env",
        "# my push server\nGOTIFY_DEFAULTUSER_NAME=\"ich selbst\"\nGOTIFY_DEFAULTUSER_PASS_FILE=pass\n"
        "GOTIFY_SERVER_RESPONSEHEADERS='{\"X-Ours\":\"$1, b\"}'\nGOTIFY_PASSSTRENGTH=31\n"
        "GOTIFY_SERVER_CORS_ALLOWORIGINS=https://a\\.example,\"https://b{1,2}\\.example\"\n");
  server.start();
  EXPECT_EQ(server.http({basic_header("ich selbst", "geheim")}).get("/application").status, 200)
      << "the environment's 4 wins over the file's cost of 31, which would take days";
  EXPECT_EQ(server.http().get("/version").header("X-Ours"), "$1, b");
  const auto allowed = server.http({"Origin: https://bb.example"}).get("/version");
  EXPECT_EQ(allowed.header("Access-Control-Allow-Origin"), "https://bb.example");
  EXPECT_EQ(server.http({"Origin: https://c.example"}).get("/version").status, 403);
  EXPECT_EQ(server.stop(), 0);  // the log is whole
  EXPECT_THAT(server.log(), HasSubstr("config=\"my.env\"\n"));
}

TEST_F(Configuration, OfRegistrationIsWhatTheServerSaysAndDoes) {
  const auto register_somebody = [](const ServerProcess& server) {
    return server.http().post("/user", kJson, R"({"name":"u","pass":"geheim"})").status;
  };
  ServerProcess server;
  server.start();
  EXPECT_EQ(server.http().get("/gotifyinfo").json()["register"], false);
  EXPECT_EQ(register_somebody(server), 401);
  EXPECT_EQ(server.stop(), 0);
  write(server, "config.yml", "registration: true\n");
  server.start();
  EXPECT_EQ(server.http().get("/gotifyinfo").json()["register"], true);
  EXPECT_EQ(register_somebody(server), 200);
  EXPECT_EQ(server.stop(), 0);
}

TEST_F(Configuration, TheServerNamesTheSameCommitAsTheCommandLine) {
  ServerProcess server;
  server.start();
  const auto version = server.http().get("/version").json();
  EXPECT_THAT(run({"version"}).out,
              AllOf(HasSubstr("\nCommit: " + version["commit"].get<std::string>() + "\n"),
                    HasSubstr("\nBuild Date: " + version["buildDate"].get<std::string>() + "\n")));
}

// What the program writes to a terminal until it ends.
std::string on_terminal(const std::string& directory, Settings environment) {
  environment.emplace("TERM", "xterm");  // the logger asks for it before it colours
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) throw Failure("no terminal");
  const std::string path = ::ptsname(terminal);
  const int other_end = ::open(path.c_str(), O_RDWR | O_NOCTTY);  // what is written stays there until it is read
  Process process(Command{{program_path()}, environment, directory, path, path, 0});
  process.wait();
  std::string text(16 * 1024, '\0');
  const ssize_t size = ::read(terminal, text.data(), text.size());
  text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  ::close(other_end);
  ::close(terminal);
  return text;
}

TEST_F(Configuration, OtherVariablesOfADotenvFileCountAsIfTheyWereInTheEnvironment) {
  const std::string never = "GOTIFY_SERVER_LISTENADDR=192.0.2.1\nGOTIFY_PASSSTRENGTH=4\n";
  write("gotify-server.env", never);
  EXPECT_THAT(on_terminal(directory_.path(), {{"NOCOLOR", ""}}), HasSubstr("\x1b["));
  write("gotify-server.env", never + "NOCOLOR=1\nTZ=UTC\n");
  EXPECT_THAT(on_terminal(directory_.path(), {}), AllOf(HasSubstr("starting "), Not(HasSubstr("\x1b["))));
  EXPECT_THAT(on_terminal(directory_.path(), {{"NOCOLOR", "0"}}), HasSubstr("\x1b[")) << "the environment wins";
}

TEST_F(Configuration, ANamedFileThatIsMissingIsSaidInTheLog) {
  ServerProcess server(Settings{{"GOTIFY_CONFIG_FILE", "none.env"}});
  server.start();
  EXPECT_EQ(server.stop(), 0);  // the log is whole
  EXPECT_THAT(server.log(),
              HasSubstr("configuration note=\"GOTIFY_CONFIG_FILE: none.env: cannot be read: No such file"));
}

TEST_F(Configuration, IsMigratedToADotenvFileThatSaysTheSame) {
  write("config.yml",
        "server:\n  port: 8080\n  cors: {alloworigins: ['a{1,2}', 'b c']}\n"
        "  responseheaders: {X-A: \"it's $5\"}\ndefaultuser:\n  pass: 'a # \"b\"'\n");
  const Completed before = run({"check-config"});
  const Completed migrated = run({"migrate-config", "config.yml"});
  EXPECT_EQ(migrated.code, 0);
  EXPECT_EQ(migrated.err, "");
  EXPECT_THAT(migrated.out, StartsWith("GOTIFY_SERVER_PORT=8080\n"));
  std::filesystem::remove(directory_.file("config.yml"));
  write("gotify-server.env", migrated.out);
  const Completed after = run({"check-config"});
  EXPECT_EQ(after.err, "");
  for (const char* key : {"server.port", "server.cors.alloworigins", "server.responseheaders", "defaultuser.pass"}) {
    const std::string value = line(before, key);
    EXPECT_THAT(line(after, key), StartsWith(value.substr(0, value.find("  # ")) + "  # gotify-server.env:"));
  }
}

TEST_F(Configuration, ThatCannotBeMigratedIsSaidWithItsExitCode) {
  const Completed nothing = run({"migrate-config"});
  EXPECT_EQ(nothing.code, 1);
  EXPECT_EQ(nothing.err, "sharded-gotify: migrate-config needs the path of a config.yml\n");
  const Completed missing = run({"migrate-config", "none.yml"});
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.err, "none.yml: cannot be read: No such file or directory\n");
  write("bad.yml", "server:\n  prot: 1\n");
  const Completed bad = run({"migrate-config", "bad.yml"});
  EXPECT_EQ(bad.code, 3);
  EXPECT_EQ(bad.out, "");
  EXPECT_EQ(bad.err, "bad.yml:2: server.prot: unknown key; did you mean server.port?\n");
}

}  // namespace
}  // namespace push::support
