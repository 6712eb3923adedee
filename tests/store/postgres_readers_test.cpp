// The connections for reading, when the database takes no more of them, or none at all.
#include <csignal>
#include <future>
#include <thread>

#include "store/postgres/reader_pool.hpp"
#include "store/postgres_fixture.hpp"
#include "support/cutting_proxy.hpp"

namespace push::store {
namespace {

using support::eventually;
using test::Psql;

class PostgresReadersTest : public PostgresStoreTest {
 protected:
  ~PostgresReadersTest() override { store.reset(); }
};

TEST_F(PostgresReadersTest, ThoseThatAreThereReadForAllIfNoMoreCanBeMade) {
  test::PrivatePostgres server({{"max_connections", "12"}, {"superuser_reserved_connections", "0"}});
  database = server.new_database();
  open();
  const auto app = application(user("alice"), "A1");
  const auto message = append_id(app, "m");
  EXPECT_TRUE(store->find_message(message));
  std::vector<Psql> others;
  const auto refusals = [&] {
    int count = 0;
    const std::string log = server.log();
    for (auto at = log.find("too many clients"); at != std::string::npos; at = log.find("too many clients", at + 1)) {
      ++count;
    }
    return count;
  };
  // Until none becomes free any more: a connection that was closed ends a moment later.
  int times_full = 0;
  ASSERT_TRUE(eventually([&] {
    const std::size_t count = others.size();
    try {
      for (;;) others.emplace_back(database);
    } catch (const support::Failure&) {
    }
    times_full = others.size() == count ? times_full + 1 : 0;
    return times_full == 10;
  }));
  const int before = refusals();
  Psql& other = others.front();
  other.run("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE");
  auto waits = std::async(std::launch::async, [&] { return store->find_message(message); });
  ASSERT_TRUE(eventually([&] { return other.run("SELECT count(*) FROM pg_locks WHERE NOT granted").front() == "1"; }));
  // On a loaded machine an attempt may be slow, and for a second others are refused without one. One that was made is
  // followed by waiting.
  auto reads = std::async(std::launch::async, [&] {
    auto read = store->find_application_by_token("A1");
    for (int tries = 0; !read && refusals() == before && tries < 500; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      read = store->find_application_by_token("A1");
    }
    return read;
  });
  EXPECT_TRUE(eventually([&] { return refusals() > before; }));
  other.run("ROLLBACK");
  const auto found = reads.get();
  ASSERT_TRUE(found) << found.error().text;
  EXPECT_TRUE(*found);
  waits.wait();

  // With none it is not waited for one.
  others.clear();
  server.kill();
  EXPECT_EQ(store->find_application_by_token("A1").error().code, core::ErrorCode::unavailable);
  server.start();
  EXPECT_TRUE(eventually([&] { return store->find_application_by_token("A1").has_value(); }));
  store.reset();
}

// Each attempt takes seconds while the database hangs: those that wait must not make one after the other.
TEST_F(PostgresReadersTest, AfterASlowAttemptThatFailedOthersAreRefusedWithoutOne) {
  test::PrivatePostgres server;
  const test::CuttingProxy proxy(server.new_database());
  postgres::ReaderPool readers(postgres::ConnectionString::parse(proxy.connection() + " connect_timeout=2").value(), 2);
  const auto read = [&] { return readers.read([](postgres::Connection& reader) { return reader.query("SELECT 1"); }); };
  server.signal(SIGSTOP);
  EXPECT_TRUE(eventually([&] {
    const int before = proxy.made();
    const auto outcome = read();
    EXPECT_EQ(outcome.error().code, core::ErrorCode::unavailable);
    return proxy.made() == before;
  }));
  server.signal(SIGCONT);
  EXPECT_TRUE(eventually([&] { return read().has_value(); }));
}

}  // namespace
}  // namespace push::store
