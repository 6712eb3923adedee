// A disk that is full: a small file system in memory, on which a test of the database's superuser puts the messages.
#include "store/postgres_fixture.hpp"
#include "support/small_disk.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using test::SmallDisk;

class PostgresDiskTest : public PostgresStoreTest {
 protected:
  ~PostgresDiskTest() override { store.reset(); }
};

TEST_F(PostgresDiskTest, AFullOneRefusesMessagesUntilThereIsSpace) {
  SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a file system";
  test::PrivatePostgres server;
  database = server.new_database();
  open();
  const auto app = application(user("alice"), "A1");
  test::psql(server.superuser(), "CREATE TABLESPACE small LOCATION '" + disk.path() + "'");
  test::psql(server.superuser(value("SELECT current_database()")), "ALTER TABLE messages SET TABLESPACE small");
  std::string refused;
  std::size_t stored = 0;
  for (int i = 0; i < 100 && refused.empty(); ++i) {
    std::string incompressible;
    for (int j = 0; j < 4000; ++j)
      incompressible += std::to_string(std::hash<int>()(j * 7919 + i) * 0x9E3779B97F4A7C15U);
    const auto answer = append(text(app, incompressible));
    if (answer) ++stored;
    if (!answer) refused = answer.error().text;
    EXPECT_TRUE(answer || answer.error().code == ErrorCode::unavailable);
  }
  EXPECT_THAT(refused, testing::HasSubstr("No space left on device (53100)"));
  EXPECT_GT(stored, 3U);
  EXPECT_TRUE(store->find_message(core::MessageId{1})) << "what is there is read";
  EXPECT_EQ(value("SELECT count(*) FROM messages"), std::to_string(stored));
  ASSERT_TRUE(disk.grow());
  append_id(app, "there is space");
  EXPECT_EQ(value("SELECT count(*) FROM messages"), std::to_string(stored + 1));
  store.reset();
}

}  // namespace
}  // namespace push::store
