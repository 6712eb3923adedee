// What the store's tests share: a folder of their own, a Store in it, and SQLite beside it to look and to meddle.
#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "push/store/sqlite_store.hpp"

namespace push::store {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "store_test.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A second program on the same file.
class Sqlite {
 public:
  explicit Sqlite(const std::string& path) {
    if (sqlite3_open(path.c_str(), &database_) != SQLITE_OK) std::abort();
    sqlite3_busy_timeout(database_, 5000);
  }
  ~Sqlite() { sqlite3_close(database_); }
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  void run(const std::string& sql) {
    char* text = nullptr;
    const int code = sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, &text);
    EXPECT_EQ(code, SQLITE_OK) << sql << ": " << (text == nullptr ? "" : text);
    sqlite3_free(text);
  }

  // Each row as its columns joined by '|', each column as typeof:value.
  std::vector<std::string> rows(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    EXPECT_EQ(sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
        << sql << ": " << sqlite3_errmsg(database_);
    static const char* const kTypes[] = {"", "int", "real", "text", "blob", "null"};
    std::vector<std::string> all;
    while (sqlite3_step(statement) == SQLITE_ROW) {
      std::string row;
      for (int i = 0; i < sqlite3_column_count(statement); ++i) {
        if (i != 0) row += '|';
        row += kTypes[sqlite3_column_type(statement, i)];
        const void* bytes = sqlite3_column_blob(statement, i);
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, i));
        if (bytes != nullptr || size != 0) row += ':' + std::string(static_cast<const char*>(bytes), size);
      }
      all.push_back(std::move(row));
    }
    sqlite3_finalize(statement);
    return all;
  }

  std::string row(const std::string& sql) {
    const auto all = rows(sql);
    return all.empty() ? "nothing" : all.front();
  }

 private:
  sqlite3* database_ = nullptr;
};

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    database.connection = folder.file("gotify.db");
    database.busytimeoutmilliseconds = 50;
  }

  void open() {
    store.reset();
    auto opened = SqliteStore::open(database, metrics);
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
  }

  core::UserId user(const std::string& name) {
    auto created = store->create_user({name, "hash of " + name, false});
    EXPECT_TRUE(created) << created.error().text;
    return created ? created->id : core::UserId{};
  }

  core::ApplicationId application(core::UserId owner, const std::string& token) {
    auto created = store->create_application({owner, token, "name of " + token, "", 0, ""});
    EXPECT_TRUE(created) << created.error().text;
    return created ? created->id : core::ApplicationId{};
  }

  static NewMessage text(core::ApplicationId application, std::string message) {
    NewMessage fresh;
    fresh.application = application;
    fresh.message = std::move(message);
    fresh.title = "title";
    fresh.date = core::wall_now();
    return fresh;
  }

  // Appends and waits for the answer.
  core::Result<model::Message> append(NewMessage message) {
    std::promise<core::Result<model::Message>> answer;
    auto future = answer.get_future();
    auto queued = store->append(std::move(message),
                                [&](core::Result<model::Message> stored) { answer.set_value(std::move(stored)); });
    if (!queued) return queued.error();
    return future.get();
  }

  core::MessageId append_id(core::ApplicationId application, const std::string& message) {
    auto stored = append(text(application, message));
    EXPECT_TRUE(stored) << stored.error().text;
    return stored ? stored->id : core::MessageId{};
  }

  static std::vector<std::uint64_t> ids(const core::Result<std::vector<model::Message>>& messages) {
    EXPECT_TRUE(messages) << messages.error().text;
    std::vector<std::uint64_t> all;
    if (messages) {
      for (const auto& message : *messages) all.push_back(core::value(message.id));
    }
    return all;
  }

  TemporaryFolder folder;
  metrics::Registry metrics;
  config::Database database;
  std::unique_ptr<SqliteStore> store;
};

// Deletes the messages of a user or an application and waits for the end.
template <class Owner>
core::Result<void> purge(Store& store, Owner owner) {
  std::promise<core::Result<void>> end;
  auto result = end.get_future();
  if (auto queued = store.delete_messages(owner, [&end](core::Result<void> done) { end.set_value(std::move(done)); });
      !queued) {
    return queued;
  }
  return result.get();
}

}  // namespace push::store
