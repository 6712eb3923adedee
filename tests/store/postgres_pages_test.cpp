// Pages of users of many applications, against what the rows themselves say.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "store/contract.hpp"

namespace push::store {
namespace {

class PostgresPagesTest : public StoreActions {
 protected:
  void SetUp() override {
    config::Database settings;
    settings.dialect = "postgres";
    settings.connection = connection;
    auto opened = store::open(settings, metrics);
    ASSERT_TRUE(opened) << opened.error().text;
    store = *std::move(opened);
    alice = user("alice");
  }
  ~PostgresPagesTest() override { store.reset(); }

  // `count` messages, each of one of the applications, which are used in runs: an application has many in a row.
  void fill(std::size_t applications, int count, int run) {
    for (std::size_t i = 0; i < applications; ++i) ids.push_back(application(alice, "A" + std::to_string(i)));
    std::string rows;
    std::mt19937 random(7);
    core::ApplicationId current{};
    for (int i = 0; i < count; ++i) {
      if (i % run == 0) current = ids[random() % ids.size()];
      rows += (rows.empty() ? "(" : ",(") + std::to_string(core::value(current)) + ", 'm', 't', 0, now())";
    }
    test::psql(connection, "INSERT INTO messages (application_id, message, title, priority, date) VALUES " + rows);
  }
  std::vector<std::uint64_t> page(std::uint64_t since, std::uint64_t limit) {
    std::vector<std::uint64_t> found;
    EXPECT_TRUE(store->list_messages(alice, {since, limit}, [&](const model::Message& message) {
      found.push_back(core::value(message.id));
      return true;
    }));
    return found;
  }
  std::vector<std::uint64_t> after(std::uint64_t id, std::size_t most) {
    std::vector<std::uint64_t> found;
    EXPECT_TRUE(store->list_messages_after(alice, core::MessageId{id}, [&](const model::Message& message) {
      found.push_back(core::value(message.id));
      return found.size() < most;
    }));
    return found;
  }
  // All ids, as nobody else has any.
  void expect_pages(std::uint64_t count) {
    for (const std::uint64_t limit : {1U, 7U, 100U, 200U}) {
      for (const std::uint64_t since : {std::uint64_t{0}, count / 2, std::uint64_t{5}}) {
        std::vector<std::uint64_t> expected;
        const std::uint64_t first = since == 0 ? count : since - 1;
        for (std::uint64_t id = first; id >= 1 && expected.size() < limit; --id) expected.push_back(id);
        EXPECT_EQ(page(since, limit), expected) << since << " " << limit;
      }
    }
    for (const std::uint64_t id : {std::uint64_t{0}, count / 2, count - 3}) {
      std::vector<std::uint64_t> expected;
      for (std::uint64_t next = id + 1; next <= count && expected.size() < 700; ++next) expected.push_back(next);
      EXPECT_EQ(after(id, 700), expected) << id;
    }
  }

  std::string connection = test::postgres().new_database();
  metrics::Registry metrics;
  core::UserId alice{};
  std::vector<core::ApplicationId> ids;
};

TEST_F(PostgresPagesTest, OfFewApplications) {
  fill(2, 1000, 50);
  expect_pages(1000);
}

TEST_F(PostgresPagesTest, OfManyApplicationsThatTakeTurns) {
  fill(60, 1000, 1);
  expect_pages(1000);
}

TEST_F(PostgresPagesTest, OfManyApplicationsThatHaveManyInARow) {
  fill(60, 1000, 90);
  expect_pages(1000);
}

}  // namespace
}  // namespace push::store
