// Shared by the tests of the SQLite store: a temporary folder with a store in it, and direct SQLite access to inspect
// and change the file.
#pragma once
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "push/store/open.hpp"
#include "store/actions.hpp"

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

// Another program on the same file.
class Sqlite {
 public:
  // A path or a file: URI.
  explicit Sqlite(const std::string& path) {
    constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI;
    if (sqlite3_open_v2(path.c_str(), &database_, kFlags, nullptr) != SQLITE_OK) std::abort();
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

  // As row(), of a file that may be no database yet: "" then.
  std::string try_row(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr);
    sqlite3_finalize(statement);
    return code == SQLITE_OK ? row(sql) : "";
  }

  std::string row(const std::string& sql) {
    const auto all = rows(sql);
    return all.empty() ? "nothing" : all.front();
  }

 private:
  sqlite3* database_ = nullptr;
};

class StoreTest : public StoreActions {
 protected:
  StoreTest() {
    database.connection = folder.file("gotify.db");
    database.busytimeoutmilliseconds = 50;
  }
  ~StoreTest() override { store.reset(); }  // before what it uses: it is the base class's member

  void open() {
    store.reset();
    auto opened = store::open(database, metrics);
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
  }

  // What a change may be answered on a disk that fails for good.
  static bool is_no_or_unknown(const core::Error& error) {
    return error.code == core::ErrorCode::unavailable ||
           (error.code == core::ErrorCode::internal && error.text.starts_with("it is not known whether"));
  }

  TemporaryFolder folder;
  metrics::Registry metrics;
  config::Database database;
};

class TwoUsersTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    alice = user("alice");
    bob = user("bob");
  }

  core::UserId alice{};
  core::UserId bob{};
};

}  // namespace push::store
