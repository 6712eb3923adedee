// PostgreSQL in trouble: 503 with Retry-After and one clear line in the log, streams stay, nobody is told that his
// token is wrong, and when it is over everything goes on by itself. What was refused is not stored.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <random>

#include "support/gotify.hpp"
#include "support/postgres_server.hpp"
#include "support/server_process.hpp"
#include "support/small_disk.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using test::PrivatePostgres;
using test::Psql;
using testing::AnyOf;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::size_t kFresh = 12;
constexpr const char* kEndOurs =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sharded-gotify'";

class PostgresTrouble : public testing::Test {
 protected:
  void SetUp() override {
    if (!on_postgres()) GTEST_SKIP() << "of PostgreSQL only";
  }

  void begin(Settings settings = {}) {
    postgres_.emplace(std::move(settings));
    serve(postgres_->new_database());
  }
  void begin_with_a_standby() {
    postgres_.emplace();
    standby_.emplace(*postgres_);
    test::psql(postgres_->superuser(), "ALTER SYSTEM SET synchronous_standby_names = '*'");
    test::psql(postgres_->superuser(), "SELECT pg_reload_conf()");
    ASSERT_TRUE(eventually([&] {
      return test::psql(postgres_->superuser(), "SELECT sync_state FROM pg_stat_replication") ==
             std::vector<std::string>{"sync"};
    }));
    serve(postgres_->or_at(postgres_->new_database(), *standby_));
  }
  void serve(const std::string& connection) {
    database_ = connection;
    server_.set("GOTIFY_DATABASE_DIALECT", "postgres");
    server_.set("GOTIFY_DATABASE_CONNECTION", connection);
    server_.start();
    HttpClient owner = server_.http(admin().basic());
    application_ = create_application(owner, "app");
    client_ = create_client(owner, "client");
    for (std::size_t i = 0; i < kFresh; ++i) {
      fresh_applications_.push_back(create_application(owner, "fresh"));
      fresh_clients_.push_back(create_client(owner, "fresh"));
    }
    stream_.emplace(server_.stream(client_.key()));
    poster_.emplace(server_.http(application_.key()));
    reader_.emplace(server_.http(client_.key()));
    post("before");
  }

  // With tokens that have not been used yet, so that the server does not remember them.
  HttpClient fresh_poster() { return server_.http(take(fresh_applications_).key()); }
  HttpClient fresh_reader() { return server_.http(take(fresh_clients_).key()); }
  static Created take(std::vector<Created>& from) {
    const Created one = from.back();
    from.pop_back();
    return one;
  }

  std::string name() const { return database_.substr(database_.rfind('=') + 1); }

  static std::string body_of(const std::string& text) { return nlohmann::json{{"message", text}}.dump(); }
  void acknowledge(const Answer& answer) {
    acknowledged_.push_back(std::to_string(id_of(answer.body)) + "|" + answer.json().at("message").get<std::string>());
    EXPECT_TRUE(stream_->next_message() == answer.body + "\n") << "the stream has everything, and nothing else";
  }
  void post(const std::string& text) {
    const Answer answer = poster_->post("/message", kJson, body_of(text));
    ASSERT_EQ(answer.status, 200) << answer.body;
    acknowledge(answer);
  }

  static void expect_unavailable(const Answer& answer) {
    EXPECT_EQ(answer.status, 503) << answer.head << answer.body;
    EXPECT_EQ(answer.header("Retry-After"), "1");
    EXPECT_THAT(answer.body, StartsWith(R"({"error":"Service Unavailable","errorCode":503,"errorDescription":")"));
    EXPECT_THAT(answer.body, testing::Not(HasSubstr("host="))) << "no business of the sender";
  }
  void expect_posts_to_be_refused(const std::string& text = "refused") {
    for (int i = 0; i < 2; ++i) expect_unavailable(poster_->post("/message", kJson, body_of(text)));
    expect_unavailable(fresh_poster().post("/message", kJson, body_of(text)));
  }
  void expect_reads_to_be_refused() {
    expect_unavailable(reader_->get("/message"));
    expect_unavailable(fresh_reader().get("/current/user"));
    expect_unavailable(server_.http(key_lines_of_nobody()).get("/current/user"));
    expect_unavailable(server_.http(Account{"nobody", "nothing"}.basic()).get("/current/user"));
  }
  void expect_reads_to_go_on() {
    EXPECT_EQ(reader_->get("/message").status, 200);
    EXPECT_EQ(fresh_reader().get("/current/user").status, 200);
  }
  static Lines key_lines_of_nobody() { return {key_header("C0123456789abcd")}; }

  bool health_becomes(int status) {
    return eventually([&] { return reader_->get("/health").status == status; });
  }
  // How many lines of the log say so.
  std::size_t said(const std::string& text) const {
    const std::string log = server_.log();
    std::size_t count = 0;
    for (std::size_t at = log.find(text); at != std::string::npos; at = log.find(text, at + 1)) ++count;
    return count;
  }
  // A line is written a moment after what it tells.
  bool will_say(const std::string& text) const {
    return eventually([&] { return said(text) > 0; });
  }
  void expect_one_line_that_says(const std::string& text) {
    EXPECT_TRUE(will_say(text)) << server_.log();
    EXPECT_EQ(said("database write failed"), 1U) << server_.log();
  }

  // The trouble is over.
  void expect_everything_to_go_on() {
    Answer answer;
    ASSERT_TRUE(eventually([&] {
      answer = poster_->post("/message", kJson, body_of("after"));
      return answer.status == 200;
    })) << answer.body;
    acknowledge(answer);
    EXPECT_TRUE(health_becomes(200));
    const Answer fresh = fresh_poster().post("/message", kJson, body_of("of a token that is used for the first time"));
    ASSERT_EQ(fresh.status, 200) << fresh.body;
    acknowledge(fresh);
    expect_reads_to_go_on();
    EXPECT_TRUE(eventually([&] { return said("database accepts writes again") == said("database write failed"); }));
    EXPECT_TRUE(test::psql(database_, "SELECT id, message FROM messages ORDER BY id") == acknowledged_)
        << "stored is what was acknowledged";
    EXPECT_EQ(server_.stop(), 0);
  }

  std::optional<PrivatePostgres> postgres_;
  std::optional<PrivatePostgres> standby_;
  std::string database_;
  ServerProcess server_;
  Created application_;
  Created client_;
  std::vector<Created> fresh_applications_;
  std::vector<Created> fresh_clients_;
  std::optional<StreamClient> stream_;
  std::optional<HttpClient> poster_;
  std::optional<HttpClient> reader_;
  std::vector<std::string> acknowledged_;  // as psql prints them
};

TEST_F(PostgresTrouble, OneThatWasKilledIsA503UntilItIsBack) {
  begin();
  postgres_->kill();
  // Nobody writes: the server looks by itself.
  ASSERT_TRUE(health_becomes(500));
  EXPECT_EQ(reader_->get("/health").body, R"({"health":"orange","database":"red"})");
  for (int i = 0; i < 50; ++i) expect_unavailable(poster_->post("/message", kJson, body_of("refused")));
  expect_posts_to_be_refused();
  expect_reads_to_be_refused();
  expect_one_line_that_says("database is not usable error=\"");
  EXPECT_EQ(said("database is not usable"), 1U);
  postgres_->start();
  expect_everything_to_go_on();
}

TEST_F(PostgresTrouble, OneThatStandsStillIsWaitedFor) {
  begin();
  postgres_->signal(SIGSTOP);
  const auto request = [](const Created& of) {
    return "POST /message?message=patient HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n" + key_header(of.token) +
           "\r\n\r\n";
  };
  poster_->write(request(application_));
  HttpClient fresh = server_.http();
  fresh.write(request(take(fresh_applications_)));
  ASSERT_TRUE(health_becomes(500));
  EXPECT_TRUE(
      will_say("database is not usable error=\"the connection to the database was lost: no answer within 5 s\""))
      << server_.log();
  postgres_->signal(SIGCONT);
  std::vector<Answer> answers{poster_->read(), fresh.read()};
  for (const Answer& answer : answers) ASSERT_EQ(answer.status, 200) << answer.body;
  std::sort(answers.begin(), answers.end(),
            [](const Answer& a, const Answer& b) { return id_of(a.body) < id_of(b.body); });
  for (const Answer& answer : answers) acknowledge(answer);
  EXPECT_EQ(said("database write failed"), 0U);
  expect_everything_to_go_on();
}

TEST_F(PostgresTrouble, OneThatIsReadOnlyIsRead) {
  begin();
  // Sessions keep it that begin before it is reset.
  test::psql(postgres_->superuser(), "ALTER DATABASE " + name() + " SET default_transaction_read_only = on");
  test::psql(postgres_->superuser(), kEndOurs);
  ASSERT_TRUE(health_becomes(500));
  expect_posts_to_be_refused();
  expect_reads_to_go_on();
  expect_one_line_that_says("the database is read-only: cannot execute ");
  EXPECT_TRUE(will_say("database is not usable error=\"the database is read-only (default_transaction_read_only)\""));
  EXPECT_EQ(said("database is not usable"), 1U) << server_.log();
  test::psql(postgres_->superuser(), "ALTER DATABASE " + name() + " RESET default_transaction_read_only");
  expect_everything_to_go_on();
}

TEST_F(PostgresTrouble, AFullDiskIsA503UntilThereIsRoom) {
  test::SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a file system";
  begin();
  test::psql(postgres_->superuser(), "CREATE TABLESPACE small LOCATION '" + disk.path() + "'");
  test::psql(postgres_->superuser(name()), "ALTER TABLE messages SET TABLESPACE small");
  std::mt19937 random(1);
  std::string text;
  Answer answer;
  for (int i = 0; i < 200; ++i) {
    text.clear();
    while (text.size() < 100'000) text += std::to_string(random());
    answer = poster_->post("/message", kJson, body_of(text));
    if (answer.status != 200) break;
    acknowledge(answer);
  }
  expect_unavailable(answer);
  EXPECT_THAT(answer.body, HasSubstr("the database's disk is full: "));
  expect_posts_to_be_refused(text);
  expect_reads_to_go_on();
  EXPECT_EQ(reader_->get("/health").status, 200) << "as on SQLite: it is there";
  expect_one_line_that_says("the database's disk is full: could not extend file");
  ASSERT_TRUE(disk.grow());
  post(text);
  expect_everything_to_go_on();
}

// Those that the server holds are enough, and only without one can it do nothing.
TEST_F(PostgresTrouble, TheLimitOfConnectionsMattersOnlyToWhoHasNone) {
  begin({{"max_connections", "20"}});
  std::vector<Psql> others;
  const auto take_all = [&] {
    for (;;) others.emplace_back(database_);
  };
  EXPECT_THAT(take_all, testing::ThrowsMessage<Failure>(
                            AnyOf(HasSubstr("connection slots are reserved"), HasSubstr("too many clients already"))));
  post("on the connection that it has");
  expect_reads_to_go_on();
  EXPECT_EQ(reader_->get("/health").status, 200);

  test::psql(postgres_->superuser(), "ALTER DATABASE " + name() + " CONNECTION LIMIT 0");
  test::psql(postgres_->superuser(), kEndOurs);
  ASSERT_TRUE(health_becomes(500));
  expect_posts_to_be_refused();
  expect_reads_to_be_refused();
  expect_one_line_that_says("FATAL:  too many connections for database");
  others.clear();
  test::psql(postgres_->superuser(), "ALTER DATABASE " + name() + " CONNECTION LIMIT -1");
  expect_everything_to_go_on();
}

TEST_F(PostgresTrouble, ALockOnTheMessagesIsA503UntilItIsReleased) {
  begin();
  Psql other(database_);
  other.run("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE");
  expect_posts_to_be_refused();
  expect_unavailable(reader_->get("/message"));
  EXPECT_EQ(fresh_reader().get("/current/user").status, 200);
  EXPECT_EQ(reader_->get("/health").status, 200) << "as on SQLite: it is there";
  expect_one_line_that_says("another session holds a lock on the database: canceling statement due to lock timeout");
  other.run("ROLLBACK");
  expect_everything_to_go_on();
}

TEST_F(PostgresTrouble, TheWriteLockOfAnotherIsA503UntilItIsReleased) {
  begin();
  Psql other(database_);
  other.run("SELECT pg_advisory_lock(1735289957, 0)");
  expect_posts_to_be_refused();
  expect_unavailable(reader_->post("/application", kJson, R"({"name":"refused"})"));
  expect_reads_to_go_on();
  expect_one_line_that_says("another session holds a lock on the database: canceling statement due to lock timeout");
  other.run("SELECT pg_advisory_unlock(1735289957, 0)");
  expect_everything_to_go_on();
}

TEST_F(PostgresTrouble, AFailOverToASynchronousStandbyLosesNothing) {
  begin_with_a_standby();
  for (int i = 0; i < 20; ++i) post("before the fail-over");
  postgres_->kill();
  ASSERT_TRUE(health_becomes(500));
  expect_posts_to_be_refused();
  expect_reads_to_be_refused();
  expect_one_line_that_says("server is in hot standby mode");
  test::psql(standby_->superuser(), "SELECT pg_promote()");
  expect_everything_to_go_on();
}

// It may not have everything yet: nobody is told by it that his token is wrong.
TEST_F(PostgresTrouble, AStandbyAloneIsOfNoUse) {
  begin_with_a_standby();
  postgres_->kill();
  ASSERT_TRUE(health_becomes(500));
  expect_posts_to_be_refused();
  expect_reads_to_be_refused();
  postgres_->start();
  expect_everything_to_go_on();
}

}  // namespace
}  // namespace push::support
