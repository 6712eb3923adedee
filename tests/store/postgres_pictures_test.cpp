// The pictures of applications in PostgreSQL: kept as long as an application names them.
#include <gtest/gtest.h>

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
