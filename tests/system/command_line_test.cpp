// The commands, their output and exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "support/process.hpp"

namespace push::support {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

class CommandLine : public testing::Test {
 protected:
  Completed run(const std::vector<std::string>& arguments, const Settings& environment = {}) {
    return run_program(arguments, environment, directory_.path());
  }
  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(directory_.file(name)) << text;
    return directory_.file(name);
  }
  static std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  // Refused before anything is served: one line on stderr.
  static void expect_refused(const Completed& completed, const std::string& line) {
    EXPECT_EQ(completed.code, 3);
    EXPECT_EQ(completed.out, "");
    EXPECT_EQ(completed.err, line + "\n");
  }

  TemporaryDirectory directory_;
};

TEST_F(CommandLine, HelpNamesTheCommands) {
  for (const char* word : {"--help", "-h"}) {
    const Completed help = run({word});
    EXPECT_EQ(help.code, 0);
    EXPECT_EQ(help.out, "");
    for (const char* command : {"serve", "check-config", "migrate-config", "version", "--config"})
      EXPECT_THAT(help.err, HasSubstr(command));
  }
}

TEST_F(CommandLine, HelpOfACommandHasItsOptions) {
  for (const char* command : {"serve", "check-config", "healthcheck"})
    EXPECT_THAT(run({command, "--help"}).err, HasSubstr("--config FILE")) << command;
  for (const char* command : {"version", "migrate-config"})
    EXPECT_THAT(run({command, "--help"}).err, testing::Not(HasSubstr("--config"))) << command;
}

TEST_F(CommandLine, TheLastConfigCounts) {
  const std::string first = write("first.yml", "server:\n  port: 1\n");
  const std::string last = write("last.yml", "server:\n  port: 2\n");
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--config", last, "check-config"},
                                                {"check-config", "--config", last},
                                                {"--config", first, "check-config", "--config", last},
                                                {"check-config", "--config", first, "--config", last}}) {
    EXPECT_THAT(run(words).out, HasSubstr("server.port = 2  # "));
  }
}

TEST_F(CommandLine, VersionIsAFlagToo) {
  const Completed flag = run({"--version"});
  EXPECT_EQ(flag.code, 0);
  EXPECT_EQ(flag.out, run({"version"}).out);
}

TEST_F(CommandLine, VersionSaysWhichBuildThisIsInGotifysLines) {
  const Completed version = run({"version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.err, "");
  const std::vector<std::string> said = lines(version.out);
  ASSERT_EQ(said.size(), 3U) << version.out;
  EXPECT_THAT(said[0], MatchesRegex("Version: [0-9]+\\.[0-9]+\\.[0-9]+"));
  EXPECT_THAT(said[1], MatchesRegex("Commit: (unknown|[0-9a-f]+)"));
  EXPECT_THAT(said[2], MatchesRegex("Build Date: [0-9]+-[0-9]+-[0-9]+T[0-9:]+Z"));
}

TEST_F(CommandLine, WhatIsUnknownIsNamedWithExitCode2) {
  const Completed command = run({"foo"});
  EXPECT_EQ(command.code, 2);
  EXPECT_THAT(command.err, StartsWith("sharded-gotify: unknown command \"foo\"\n"));
  EXPECT_THAT(command.err, HasSubstr("Usage: sharded-gotify "));
  const Completed second = run({"version", "foo"});
  EXPECT_EQ(second.code, 2);
  EXPECT_THAT(second.err, StartsWith("sharded-gotify: unexpected argument \"foo\"\n"));
  for (const char* hidden : {"version", "serve", "check-config"}) {
    const Completed behind = run({"--", hidden});
    EXPECT_EQ(behind.code, 2) << hidden;
    EXPECT_THAT(behind.err, StartsWith("sharded-gotify: unknown flag \"--\"\n"));
  }
  const Completed flag = run({"--prot"});
  EXPECT_EQ(flag.code, 2);
  EXPECT_THAT(flag.err, StartsWith("sharded-gotify: unknown flag \"--prot\"\n"));
  EXPECT_EQ(run({"--config"}).code, 2);
}

TEST_F(CommandLine, AnUnknownKeyIsOneLineWithFileLineAndKey) {
  const std::string file = write("my.yml", "server:\n  port: 8080\n  prot: 1\n");
  expect_refused(run({"--config", file}), file + ":3: server.prot: unknown key; did you mean server.port?");
}

TEST_F(CommandLine, AWrongValueIsOneLineWithFileLineKeyValueAndWhatIsAllowed) {
  std::string file = write("range.yml", "server:\n  port: 65536\n");
  expect_refused(run({"--config", file}), file + ":2: server.port: 65536: must be a whole number from 0 to 65535");
  file = write("type.yml", "server:\n  stream:\n    shards: 100\n");
  expect_refused(run({"serve", "--config", file}),
                 file + ":3: server.stream.shards: 100: must be a power of two from 1 to 4096");
  expect_refused(run({}, {{"GOTIFY_SERVER_PORT", "abc"}}),
                 "GOTIFY_SERVER_PORT: abc: must be a whole number from 0 to 65535");
}

TEST_F(CommandLine, AMissingConfigurationFileIsAnErrorWhenItWasAskedFor) {
  const Completed completed = run({"--config", directory_.file("none.yml")});
  EXPECT_EQ(completed.code, 3);
  EXPECT_THAT(completed.err, StartsWith(directory_.file("none.yml") + ": "));
  EXPECT_EQ(lines(completed.err).size(), 1U);
}

TEST_F(CommandLine, AnEmptyConfigMeansTheDefaultPlaces) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--config=", "version"}, {"version", "--config="}, {"--config", "", "version"}}) {
    const Completed version = run(words);
    EXPECT_EQ(version.code, 0) << version.err;
    EXPECT_THAT(version.out, StartsWith("Version: "));
  }
}

TEST_F(CommandLine, CheckConfigPrintsEveryValueAndWhereItIsFrom) {
  const std::string file = write("my.yml", "server:\n  port: 8080\ndatabase:\n  queue: 10\n");
  const std::string secret = write("secret", "geheim\n");
  const Completed check = run({"check-config", "--config", file},
                              {{"GOTIFY_SERVER_PORT", "9090"}, {"GOTIFY_DEFAULTUSER_PASS_FILE", secret}});
  EXPECT_EQ(check.code, 0);
  EXPECT_EQ(check.err, "");
  EXPECT_THAT(check.out, HasSubstr("server.port = 9090  # GOTIFY_SERVER_PORT\n"));
  EXPECT_THAT(check.out, HasSubstr("database.queue = 10  # " + file + ":4\n"));
  EXPECT_THAT(check.out, HasSubstr("server.stream.shards = 256  # default\n"));
  EXPECT_THAT(check.out, HasSubstr("defaultuser.pass = [hidden]  # GOTIFY_DEFAULTUSER_PASS_FILE\n"));
  EXPECT_EQ(check.out.find("geheim"), std::string::npos);
}

TEST_F(CommandLine, CheckConfigFailsWhereTheServerCouldNotStart) {
  const std::pair<std::string, std::string> rows[] = {
      {"uidir: none\n", "uidir: no index.html in none"},
      {"database: {connection: \":memory:\"}\n",
       "database.connection: \":memory:\": an in-memory database would lose every message; use a file"},
      {"database: {connection: .}\n", "database.connection: \".\": is a folder; name a file"},
      {"defaultuser: {pass: " + std::string(80, 'x') + "}\n",
       "defaultuser.pass: password must not be longer than 72 bytes"}};
  for (const auto& [yaml, reason] : rows) {
    const std::string file = write("my.yml", yaml);
    const Completed check = run({"check-config", "--config", file});
    EXPECT_EQ(check.code, 1) << yaml;
    EXPECT_THAT(check.out, HasSubstr("server.port = ")) << "what is in effect is printed all the same";
    EXPECT_EQ(check.err, "sharded-gotify: cannot start: " + reason + "\n");
    const Completed start = run({"--config", file});
    EXPECT_EQ(start.code, 1) << yaml;
    EXPECT_THAT(start.err, HasSubstr(reason));
  }
  // The first user of a database that is there is never created.
  write("gotify.db", "");
  const std::string file = write("my.yml", rows[3].first + "database: {connection: gotify.db}\n");
  EXPECT_EQ(run({"check-config", "--config", file}).code, 0);
}

TEST_F(CommandLine, TheConfigurationThatComesWithTheProgramHasEveryKeyAtItsDefault) {
  // Tests run in the root of the sources.
  const std::vector<std::string> defaults = lines(run({"check-config"}).out);
  const std::string shipped = write("shipped.yml", read_text("config.yml"));
  const Completed check = run({"check-config", "--config", shipped});
  ASSERT_EQ(check.code, 0) << check.err;
  const std::vector<std::string> given = lines(check.out);
  ASSERT_EQ(given.size(), defaults.size());
  ASSERT_GE(given.size(), 30U);
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string value = defaults[i].substr(0, defaults[i].rfind("  # "));
    EXPECT_EQ(defaults[i], value + "  # default");
    EXPECT_THAT(given[i], StartsWith(value + "  # " + shipped + ":"));
  }
}

TEST_F(CommandLine, ConfigYmlInTheWorkingDirectoryIsFound) {
  write("config.yml", "server:\n  port: 8081\n");
  EXPECT_THAT(run({"check-config"}).out, HasSubstr("server.port = 8081  # "));
}

}  // namespace
}  // namespace push::support
