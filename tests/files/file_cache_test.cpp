#include "push/files/file_cache.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace push::files {
namespace {

class FileCacheTest : public testing::Test {
 protected:
  FileCacheTest() {
    char name[] = "/tmp/push-cache-XXXXXX";
    folder = ::mkdtemp(name);
  }
  ~FileCacheTest() override { std::filesystem::remove_all(folder); }

  void write(const std::string& name, const std::string& bytes) {
    const std::string fresh = folder + "/.new";
    std::ofstream(fresh) << bytes;
    std::filesystem::rename(fresh, folder + "/" + name);
  }
  FileCache::Part read(FileCache& cache, const std::string& name) {
    const auto file = open_file(folder, name);
    EXPECT_TRUE(file && *file) << name;
    return *cache.read(**file, 0, (*file)->size);
  }

  std::string folder;
};

TEST_F(FileCacheTest, ManyAnswersHoldOneFileOnce) {
  write("a.png", std::string(10'000, 'a'));
  FileCache cache(100'000);
  const FileCache::Part first = read(cache, "a.png");
  const FileCache::Part second = read(cache, "a.png");
  EXPECT_TRUE(first.shared && second.shared);
  EXPECT_EQ(first.bytes.view.data(), second.bytes.view.data());
  EXPECT_EQ(cache.used(), 10'000U);
}

TEST_F(FileCacheTest, OfARangeOnlyItsPartIsRead) {
  write("a.png", std::string(10'000, 'a') + "b");
  FileCache cache(100'000);
  const auto file = open_file(folder, "a.png");
  const auto part = cache.read(**file, 9'999, 2);
  EXPECT_EQ(part->bytes.view, "ab");
  EXPECT_FALSE(part->shared);
  EXPECT_EQ(cache.used(), 0U);
  read(cache, "a.png");
  EXPECT_TRUE(cache.read(**file, 9'999, 2)->shared) << "it is there already";
}

TEST_F(FileCacheTest, AChangedFileIsReadAgain) {
  write("a.png", std::string(10'000, 'a'));
  FileCache cache(100'000);
  const FileCache::Part old = read(cache, "a.png");
  write("a.png", std::string(10'000, 'b'));
  EXPECT_EQ(read(cache, "a.png").bytes.view.front(), 'b');
  EXPECT_EQ(old.bytes.view.front(), 'a') << "the answer that holds it keeps it";
  EXPECT_EQ(cache.used(), 20'000U);
}

TEST_F(FileCacheTest, NeverHoldsMoreThanItsLimitWhoeverHoldsTheBytes) {
  for (const char* name : {"a.png", "b.png", "c.png"}) write(name, std::string(10'000, name[0]));
  FileCache cache(25'000);
  FileCache::Part a = read(cache, "a.png");
  FileCache::Part b = read(cache, "b.png");
  EXPECT_FALSE(read(cache, "c.png").shared) << "answers hold the other two";
  EXPECT_EQ(cache.used(), 20'000U);
  a = {};
  const FileCache::Part c = read(cache, "c.png");
  EXPECT_TRUE(c.shared) << "it takes the place of the one that nobody holds";
  EXPECT_EQ(c.bytes.view.front(), 'c');
  EXPECT_EQ(cache.used(), 20'000U);
  EXPECT_TRUE(read(cache, "b.png").shared);
}

TEST_F(FileCacheTest, WithoutALimitNothingIsKept) {
  write("a.png", "a");
  FileCache cache(0);
  EXPECT_FALSE(read(cache, "a.png").shared);
  EXPECT_EQ(cache.used(), 0U);
}

}  // namespace
}  // namespace push::files
