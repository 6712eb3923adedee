// The pictures of applications in PostgreSQL: kept as long as an application names them.
#include <gtest/gtest.h>

#include <future>

#include "store/contract.hpp"

namespace push::store {
namespace {

class PostgresPicturesTest : public StoreActions {
 protected:
  void SetUp() override {
    settings.dialect = "postgres";
    settings.connection = test::postgres().new_database();
    open();
    alice = user("alice");
    app = application(alice, "A1");
  }
  ~PostgresPicturesTest() override { store.reset(); }

  void open() {
    store.reset();
    auto opened = store::open(settings, metrics);
    ASSERT_TRUE(opened) << opened.error().text;
    store = *std::move(opened);
  }
  void upload(core::ApplicationId id, const std::string& name, const std::string& bytes) {
    ASSERT_TRUE(test::await(*store, &Store::keep_picture, name, bytes));
    ASSERT_TRUE(test::await(*store, &Store::set_application_image, alice, id, name));
  }
  std::string picture(const std::string& name) {
    const auto found = store->find_picture(name);
    EXPECT_TRUE(found);
    return found ? found->value_or("none") : "error";
  }

  std::int64_t transactions() {
    return std::stoll(test::psql(settings.connection, "SELECT max(batch) FROM sharded_gotify_batches").front());
  }

  config::Database settings;
  metrics::Registry metrics;
  core::UserId alice{};
  core::ApplicationId app{};
};

TEST_F(PostgresPicturesTest, APictureIsKeptByteByByteAndAfterARestart) {
  std::string bytes = "\x89PNG'\\";
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  EXPECT_TRUE(store->keeps_pictures());
  EXPECT_EQ(picture("one.png"), "none");
  upload(app, "one.png", bytes);
  EXPECT_EQ(picture("one.png"), bytes);
  open();
  EXPECT_EQ(picture("one.png"), bytes);
  EXPECT_EQ(picture(std::string("one.png\0x", 9)), "none");
}

// Together they could be more than the memory, or than PostgreSQL takes at once.
TEST_F(PostgresPicturesTest, EachHasATransactionOfItsOwn) {
  const std::int64_t before = transactions();
  std::promise<void> both;
  store->keep_picture("zero.png", "0", [&](const core::Result<void>&) {
    store->keep_picture("one.png", "1", [](const core::Result<void>& kept) { EXPECT_TRUE(kept); });
    store->keep_picture("two.png", "2", [&](const core::Result<void>& kept) {
      EXPECT_TRUE(kept);
      both.set_value();
    });
  });
  both.get_future().wait();
  EXPECT_EQ(transactions() - before, 3);
}

TEST_F(PostgresPicturesTest, WhatNoApplicationNamesIsGone) {
  const auto other = application(alice, "A2");
  upload(app, "one.png", "1");
  upload(other, "one.png", "1");
  upload(app, "two.png", "2");
  EXPECT_EQ(picture("one.png"), "1") << "the other application names it";
  upload(other, "three.png", "3");
  EXPECT_EQ(picture("one.png"), "none");
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, other));
  EXPECT_EQ(picture("three.png"), "none");
  EXPECT_EQ(picture("two.png"), "2");
  ASSERT_TRUE(test::await(*store, &Store::delete_user, alice));
  EXPECT_EQ(picture("two.png"), "none");
}

}  // namespace
}  // namespace push::store
