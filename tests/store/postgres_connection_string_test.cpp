// The forms of database.connection that Gotify takes, as parameters of libpq.
#include "store/postgres/connection_string.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/postgres_server.hpp"

namespace push::store::postgres {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::IsSupersetOf;
using testing::Not;
using testing::Pair;

using Parameters = std::map<std::string, std::string>;

Parameters parameters_of(const std::string& text) {
  const auto parsed = ConnectionString::parse(text);
  EXPECT_TRUE(parsed) << parsed.error().text;
  return parsed ? Parameters(parsed->parameters.begin(), parsed->parameters.end()) : Parameters();
}

// One parameter, "none" if there is none.
std::string parameter_of(const std::string& text, const std::string& name) {
  const Parameters all = parameters_of(text);
  const auto found = all.find(name);
  return found == all.end() ? "none" : found->second;
}

std::string error_of(const std::string& text) {
  const auto parsed = ConnectionString::parse(text);
  return parsed ? "parsed" : parsed.error().text;
}

std::string description_of(const std::string& text) {
  const auto parsed = ConnectionString::parse(text);
  return parsed ? parsed->description : parsed.error().text;
}

// An environment variable for one test.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Variable() { ::unsetenv(name_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST(PostgresConnectionStringTest, WordsAreReadAsTheDriverOfGotifyReadsThem) {
  EXPECT_THAT(parameters_of("host=db port=5433 user=gotify password=geheim dbname=messages sslmode=disable"),
              IsSupersetOf({Pair("host", "db"), Pair("port", "5433"), Pair("user", "gotify"),
                            Pair("password", "geheim"), Pair("dbname", "messages"), Pair("sslmode", "disable")}));
  EXPECT_EQ(parameter_of("  host = db\tuser\n=\r'two words'  ", "user"), "two words");
  EXPECT_EQ(parameter_of("  host = db\tuser\n=\r'two words'  ", "host"), "db");
  EXPECT_EQ(parameter_of("password='it\\'s \\\\ here' host=db", "password"), "it's \\ here");
  EXPECT_EQ(parameter_of("password=it\\'s host=db", "password"), "it's");
  EXPECT_EQ(parameter_of("password=a\\bc", "password"), "a\\bc") << "libpq would take the backslash away";
  EXPECT_EQ(parameter_of("password=a\\ b host=db", "password"), "a\\ b");
  EXPECT_EQ(parameter_of("password=a\\ b host=db", "host"), "db");
  EXPECT_EQ(parameter_of("password=a=b'c host=db", "password"), "a=b'c");
  EXPECT_EQ(parameter_of("password='' host=db", "password"), "");
  EXPECT_EQ(parameter_of("password= host=db", "password"), "host=db") << "as libpq and pgx";
  EXPECT_EQ(parameter_of("host=first host=last", "host"), "last");
  EXPECT_EQ(parameter_of("database=messages", "dbname"), "messages");
  EXPECT_EQ(parameter_of("", "host"), "none");
}

TEST(PostgresConnectionStringTest, UrlsAreReadAsTheDriverOfGotifyReadsThem) {
  EXPECT_THAT(
      parameters_of("postgres://gotify:geheim@db:5433/messages?sslmode=require&connect_timeout=9"),
      IsSupersetOf({Pair("host", "db"), Pair("port", "5433"), Pair("user", "gotify"), Pair("password", "geheim"),
                    Pair("dbname", "messages"), Pair("sslmode", "require"), Pair("connect_timeout", "9")}));
  const std::string escaped = "postgresql://a%40b:p%2Fq%3A%25+@db/my%20messages";
  EXPECT_EQ(parameter_of(escaped, "user"), "a@b");
  EXPECT_EQ(parameter_of(escaped, "password"), "p/q:%+") << "a plus is a blank in the query only";
  EXPECT_EQ(parameter_of(escaped, "dbname"), "my messages");
  EXPECT_EQ(parameter_of("postgres://u:p@ss@db/m", "password"), "p@ss");
  EXPECT_EQ(parameter_of("postgres:///m?host=/run/postgresql&user=a+b", "host"), "/run/postgresql");
  EXPECT_EQ(parameter_of("postgres:///m?host=/run/postgresql&user=a+b", "user"), "a b");
  EXPECT_EQ(parameter_of("postgres://%2Frun%2Fpostgresql/m", "host"), "/run/postgresql");
  EXPECT_EQ(parameter_of("postgres://db/m?dbname=other&host=first&host=second", "host"), "first");
  EXPECT_EQ(parameter_of("postgres://db/m?dbname=other", "dbname"), "other");
  EXPECT_EQ(parameter_of("postgres://[::1]:5433/m", "host"), "::1");
  EXPECT_EQ(parameter_of("postgres://[::1]:5433/m", "port"), "5433");
  EXPECT_EQ(parameter_of("postgres://[fd00::2]/m", "port"), "none");
  EXPECT_EQ(parameter_of("postgres://:5433/m", "host"), "none");
  EXPECT_EQ(parameter_of("postgres://", "dbname"), "none");
}

TEST(PostgresConnectionStringTest, SeveralHostsAreTriedInTheirOrder) {
  const std::string words = "host=a,b port=5433,5434 target_session_attrs=read-write";
  EXPECT_THAT(parameters_of(words), IsSupersetOf({Pair("host", "a,b"), Pair("port", "5433,5434"),
                                                  Pair("target_session_attrs", "read-write")}));
  EXPECT_EQ(parameter_of("postgres://u@a:5433,[::1]:5434/m", "host"), "a,::1");
  EXPECT_EQ(parameter_of("postgres://u@a:5433,[::1]:5434/m", "port"), "5433,5434");
  EXPECT_EQ(parameter_of("postgres://a,b:5434/m", "port"), ",5434") << "the first has the default";
  EXPECT_EQ(parameter_of("postgres://a,b/m", "port"), "none");
}

TEST(PostgresConnectionStringTest, WhatLibpqDoesNotKnowIsForTheServerOrTheDriver) {
  const std::string words =
      "host=db search_path='gotify, public' work_mem=8MB myapp.path=a\\b TimeZone=Europe/Berlin timezone=UTC "
      "pool_max_conns=9 statement_cache_capacity=100 description_cache_capacity=9 min_read_buffer_size=1 "
      "default_query_exec_mode=cache_statement client_encoding=LATIN1";
  EXPECT_EQ(parameter_of(words, "options"), "-c myapp.path=a\\\\b -c search_path=gotify,\\ public -c work_mem=8MB");
  EXPECT_EQ(parameter_of(words + " options='-c geqo=off'", "options").substr(0, 14), "-c geqo=off -c");
  EXPECT_EQ(parameter_of(words, "client_encoding"), "UTF8");
  EXPECT_EQ(parameter_of("host=db TimeZone=UTC", "options"), "none");
  for (const auto& [name, value] : parameters_of(words)) {
    EXPECT_THAT(name, Not(AnyOf(HasSubstr("pool"), HasSubstr("cache"), HasSubstr("exec"), HasSubstr("buffer"))));
  }
}

TEST(PostgresConnectionStringTest, NamedStatementsAreAvoidedWhereTheDriverWouldAvoidThem) {
  const auto prepares = [](const std::string& words) { return ConnectionString::parse("host=db " + words)->prepares; };
  EXPECT_TRUE(prepares(""));
  EXPECT_TRUE(prepares("default_query_exec_mode=cache_statement"));
  EXPECT_TRUE(prepares("statement_cache_capacity=10"));
  for (const char* words :
       {"default_query_exec_mode=exec", "default_query_exec_mode=simple_protocol",
        "default_query_exec_mode=describe_exec", "default_query_exec_mode=cache_describe", "statement_cache_capacity=0",
        "statement_cache_mode=describe", "prefer_simple_protocol=true"}) {
    EXPECT_FALSE(prepares(words)) << words;
  }
  EXPECT_FALSE(ConnectionString::parse("postgres://db/m?default_query_exec_mode=exec")->prepares);
  EXPECT_EQ(
      error_of("default_query_exec_mode=prepare"),
      "database.connection: default_query_exec_mode must be cache_statement, cache_describe, describe_exec, exec or "
      "simple_protocol");
}

TEST(PostgresConnectionStringTest, DefaultsDoNotHideWhatIsSetElsewhere) {
  const Parameters plain = parameters_of("host=db");
  EXPECT_THAT(plain, IsSupersetOf({Pair("fallback_application_name", "sharded-gotify"), Pair("connect_timeout", "5"),
                                   Pair("tcp_user_timeout", "10000"), Pair("keepalives_idle", "4"),
                                   Pair("target_session_attrs", "primary")}));
  EXPECT_FALSE(plain.contains("sslmode"));
  EXPECT_FALSE(plain.contains("password")) << "of PGPASSWORD or ~/.pgpass";
  EXPECT_FALSE(plain.contains("application_name"));
  EXPECT_EQ(parameter_of("host=db connect_timeout=60 keepalives_idle=9", "connect_timeout"), "60");
  EXPECT_EQ(parameter_of("host=db connect_timeout=60 keepalives_idle=9", "keepalives_idle"), "9");
  EXPECT_EQ(parameter_of("host=a,b", "connect_timeout"), "2") << "of several hosts, each";
  EXPECT_EQ(parameter_of("postgres://a,b/m?connect_timeout=9", "connect_timeout"), "9");
  const Variable timeout("PGCONNECT_TIMEOUT", "7");
  EXPECT_EQ(parameter_of("host=db", "connect_timeout"), "none");
  EXPECT_EQ(parameter_of("host=a,b", "connect_timeout"), "none");
}

TEST(PostgresConnectionStringTest, WithoutCertificatesOfItsOwnTheSystemsAreTrusted) {
  const Variable home("HOME", "/nowhere");
  const std::string system =
      ::access("/etc/ssl/certs/ca-certificates.crt", R_OK) == 0 ? "/etc/ssl/certs/ca-certificates.crt" : "none";
  EXPECT_EQ(parameter_of("host=db sslmode=verify-full", "sslrootcert"), system);
  EXPECT_EQ(parameter_of("host=db sslmode=verify-full sslrootcert=/my.crt", "sslrootcert"), "/my.crt");
  EXPECT_EQ(parameter_of("host=db sslmode=require", "sslrootcert"), "none");
  const Variable variable("PGSSLROOTCERT", "/other.crt");
  EXPECT_EQ(parameter_of("host=db sslmode=verify-full", "sslrootcert"), "none");
}

TEST(PostgresConnectionStringTest, TheDescriptionHasNoSecret) {
  EXPECT_EQ(description_of("password=geheim user=gotify host=db sslpassword=geheim dbname=messages port=5432"),
            "host=db port=5432 dbname=messages user=gotify");
  EXPECT_EQ(description_of("postgres://gotify:geheim@a:1,b:2/m?sslpassword=geheim&x=geheim&passfile=/geheim"),
            "host=a,b port=1,2 dbname=m user=gotify");
  EXPECT_EQ(description_of("service=messages"), "service=messages");
  EXPECT_EQ(description_of("host=db dbname='it\\'s mine'"), "host=db dbname='it\\'s mine'");
  EXPECT_EQ(description_of("password=geheim"), "the default PostgreSQL server");
}

TEST(PostgresConnectionStringTest, MalformedTextsAreRefusedWithoutShowingThem) {
  for (const std::string text : {"host=db geheim",
                                 "geheim",
                                 "host=db password=two geheim=ok here",
                                 "password='geheim",
                                 "password=geheim\\",
                                 "password='geheim\\",
                                 "=geheim",
                                 "host=db ge:heim=1",
                                 "postgres://gotify:ge/heim@db/m",
                                 "postgres://gotify:ge?heim@db/m",
                                 "postgres://gotify:ge#heim@db/m",
                                 "postgres://gotify:geheim%@db/m",
                                 "postgres://gotify:geheim%zz@db/m",
                                 "postgres://gotify:geheim",
                                 "postgres://gotify/geheim@db",
                                 "postgres://u:geheim@[::1/m",
                                 "postgres://u:geheim@[::1]x/m",
                                 "postgres://u:geheim@db:geheim/m",
                                 "postgres://u:geheim@db:0/m",
                                 "postgres://u:geheim@db:65536/m",
                                 "postgres://u:geheim@db/m?%zz=geheim",
                                 "postgres://u:geheim@db/m?a%20b=geheim",
                                 "host=db port=geheim",
                                 "gotify:geheim@tcp(db:3306)/gotify?parseTime=True",
                                 "password=geheim require_auth=geheim",
                                 "password=geheim servicefile=geheim",
                                 "krbspn=geheim"}) {
    const std::string error = error_of(text);
    EXPECT_TRUE(error.starts_with("database.connection: ")) << text << ": " << error;
    EXPECT_THAT(error, Not(HasSubstr("heim"))) << text;
  }
  EXPECT_EQ(error_of("host=db password=two words"),
            "database.connection: setting 3 is not of the form name=value; a value with blanks needs single quotes");
  EXPECT_THAT(error_of("postgres://u:a/b@db/m"), HasSubstr("write @ as %40, / as %2F"));
  EXPECT_EQ(error_of(std::string("host=db\0", 8)), "database.connection: contains a NUL byte");
}

// What the server makes of it.
TEST(PostgresConnectionStringTest, TheServerTakesTheParametersOfBothForms) {
  const std::string words = test::postgres().new_database();
  const std::string folder = words.substr(5, words.find(' ') - 5);
  const std::string name = words.substr(words.rfind('=') + 1);
  for (const std::string& text :
       {words + " search_path='\"a b\", public' work_mem=8MB timezone=Europe/Berlin pool_max_conns=4 password='x y'",
        "postgres://gotify:x%20y@/" + name + "?port=5432&host=" + folder +
            "&search_path=%22a+b%22,+public&work_mem=8MB&TimeZone=Europe/Berlin&pool_max_conns=4"}) {
    std::vector<const char*> names;
    std::vector<const char*> values;
    const auto parsed = ConnectionString::parse(text);
    ASSERT_TRUE(parsed) << parsed.error().text;
    for (const auto& [key, value] : parsed->parameters) {
      names.push_back(key.c_str());
      values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdbParams(names.data(), values.data(), 0),
                                                                  &PQfinish);
    ASSERT_EQ(PQstatus(connection.get()), CONNECTION_OK) << PQerrorMessage(connection.get());
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(
        PQexec(connection.get(),
               "SELECT concat_ws('|', current_database(), current_user, current_setting('search_path'),"
               " current_setting('work_mem'), current_setting('application_name'),"
               " current_setting('client_encoding'))"),
        &PQclear);
    EXPECT_EQ(std::string(PQgetvalue(result.get(), 0, 0)), name + "|gotify|\"a b\", public|8MB|sharded-gotify|UTF8");
    EXPECT_EQ(parsed->description, "host=" + folder + " port=5432 dbname=" + name + " user=gotify");
  }
}

}  // namespace
}  // namespace push::store::postgres
