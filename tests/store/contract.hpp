// The contract of a Store as one suite, run on every store. Its tests know only the interface; tests of one particular
// store are in separate files (sqlite_*_test.cpp).
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "store/actions.hpp"
#include "store/support.hpp"
#include "support/memory_store.hpp"
#include "support/postgres_server.hpp"

namespace push::store {

// One store under test, with everything that it needs.
class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual std::unique_ptr<Store> open(core::WallClock clock, const config::Retention& configured) = 0;  // an empty one
};

class MemoryUnderTest final : public StoreUnderTest {
 public:
  std::unique_ptr<Store> open(core::WallClock clock, const config::Retention& configured) override {
    auto memory = std::make_unique<test::MemoryStore>();
    memory->clock = std::move(clock);
    memory->configured = configured;
    return memory;
  }
};

class SqliteUnderTest final : public StoreUnderTest {
 public:
  std::unique_ptr<Store> open(core::WallClock clock, const config::Retention& configured) override {
    config::Database settings;
    settings.connection = folder_.file("gotify.db");
    auto opened = store::open(settings, metrics_, std::move(clock), configured);
    EXPECT_TRUE(opened) << opened.error().text;
    return opened ? *std::move(opened) : nullptr;
  }

 private:
  TemporaryFolder folder_;
  metrics::Registry metrics_;
};

class PostgresUnderTest final : public StoreUnderTest {
 public:
  std::unique_ptr<Store> open(core::WallClock clock, const config::Retention& configured) override {
    config::Database settings;
    settings.dialect = "postgres";
    settings.connection = test::postgres().new_database();
    auto opened = store::open(settings, metrics_, std::move(clock), configured);
    EXPECT_TRUE(opened) << opened.error().text;
    return opened ? *std::move(opened) : nullptr;
  }

 private:
  metrics::Registry metrics_;
};

struct KindOfStore {
  std::string name;
  std::unique_ptr<StoreUnderTest> (*make)();
};

inline void PrintTo(const KindOfStore& kind, std::ostream* out) {
  *out << kind.name;
}

// The list of stores: one line per store.
inline auto every_store() {
  return ::testing::Values(
      KindOfStore{"Memory", []() -> std::unique_ptr<StoreUnderTest> { return std::make_unique<MemoryUnderTest>(); }},
      KindOfStore{"Sqlite", []() -> std::unique_ptr<StoreUnderTest> { return std::make_unique<SqliteUnderTest>(); }},
      KindOfStore{"Postgres",
                  []() -> std::unique_ptr<StoreUnderTest> { return std::make_unique<PostgresUnderTest>(); }});
}

inline std::string name_of_store(const ::testing::TestParamInfo<KindOfStore>& info) {
  return info.param.name;
}

class ContractTest : public StoreActions, public ::testing::WithParamInterface<KindOfStore> {
 protected:
  void SetUp() override {
    store = under_test_->open([this] { return core::wall_now() + ahead.load(); }, configured);
    ASSERT_TRUE(store);
  }
  ~ContractTest() override { store.reset(); }  // before the things that it needs

  std::atomic<std::chrono::nanoseconds> ahead{};  // of the clock by which clients expire and messages age
  config::Retention configured;                   // set by a constructor

 private:
  std::unique_ptr<StoreUnderTest> under_test_ = GetParam().make();
};

}  // namespace push::store
