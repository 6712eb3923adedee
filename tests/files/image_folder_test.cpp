#include "push/files/image_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "push/files/asset.hpp"

namespace push::files {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kPng = "\x89PNG\r\n\x1a\n and so on";

class ImageFolderTest : public testing::Test {
 protected:
  ImageFolderTest() {
    char name[] = "/tmp/push-images-XXXXXX";
    root = ::mkdtemp(name);
    path = root + "/data/images";
  }
  ~ImageFolderTest() override { std::filesystem::remove_all(root); }

  void write(const std::string& name, std::string_view bytes) const { std::ofstream(path + "/" + name) << bytes; }
  std::ptrdiff_t count() const {
    const std::filesystem::directory_iterator begin(path);
    return std::distance(begin, std::filesystem::directory_iterator());
  }

  std::string root;
  std::string path;
};

TEST_F(ImageFolderTest, KeepsWhatWasUploadedUnderARandomName) {
  const ImageFolder folder(path);
  ASSERT_TRUE(folder.prepare());
  const auto first = folder.save("me.PNG", kPng);
  const auto second = folder.save("me.PNG", kPng);
  ASSERT_TRUE(first && second);
  EXPECT_NE(*first, *second);
  EXPECT_EQ(first->size(), 25 + 4u);
  EXPECT_EQ(first->substr(25), ".PNG");
  EXPECT_TRUE(std::all_of(first->begin(), first->begin() + 25, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  })) << *first;
  EXPECT_EQ(count(), 2);  // and nothing unfinished

  const auto read = folder.open(*first);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->read()->view, kPng);
  EXPECT_EQ((*read)->type, "image/png");
  EXPECT_GT((*read)->modified.time_since_epoch().count(), 0);

  folder.remove(*first);
  folder.remove(*first);
  EXPECT_FALSE(*folder.open(*first));
  EXPECT_TRUE(*folder.open(*second));
}

TEST_F(ImageFolderTest, PutsAPictureInThePlaceOfOneOfItsName) {
  const ImageFolder folder(path);
  ASSERT_TRUE(folder.prepare());
  ASSERT_TRUE(folder.put("name.png", "old and longer"));
  ASSERT_TRUE(folder.put("name.png", "new"));
  const auto read = folder.open("name.png");
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->read()->view, "new");
  for (const char* name : {"../name.png", "name", ""}) {
    const auto refused = folder.put(name, "new");
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().code, core::ErrorCode::invalid) << name;
  }
  EXPECT_EQ(count(), 1);
}

TEST_F(ImageFolderTest, LooksAtTheBytesBeforeTheName) {
  const ImageFolder folder(path);
  ASSERT_TRUE(folder.prepare());
  EXPECT_EQ(folder.save("x.html", "text").error().text, "file must be an image");
  EXPECT_EQ(folder.save("x.png", "").error().text, "file must be an image");
  for (const char* name : {"x.html", "x", "png", "", "x.png.", "x.svg", "x.png/y"}) {
    const auto saved = folder.save(name, kPng);
    ASSERT_FALSE(saved) << name;
    EXPECT_EQ(saved.error().text, "invalid file extension") << name;
    EXPECT_EQ(saved.error().code, core::ErrorCode::invalid);
  }
  EXPECT_EQ(count(), 0);
}

TEST_F(ImageFolderTest, ServesNoPathButItsOwnFiles) {
  const ImageFolder folder(path);
  ASSERT_TRUE(folder.prepare());
  std::ofstream(root + "/data/secret.png") << kPng;
  std::ofstream(root + "/data/gotify.db") << kPng;
  std::filesystem::create_directory(path + "/folder.png");
  write("text.html", kPng);
  for (const std::string_view name :
       {"../secret.png"sv, "/etc/passwd"sv, ".."sv, "."sv, ""sv, "../gotify.db"sv, "none.png"sv, "folder.png"sv,
        "text.html"sv, "a/../../secret.png"sv, "x\0.png"sv, ".png/.."sv}) {
    const auto read = folder.open(name);
    ASSERT_TRUE(read) << name;
    EXPECT_FALSE(*read) << name;
  }
  folder.remove("../secret.png");
  EXPECT_TRUE(std::filesystem::exists(root + "/data/secret.png"));
  // Gotify 2 drew its names from an alphabet with dots.
  write(".a.b-_cDEFGHIJKLMNOPQRSTUV.jpeg", "old");
  const auto old = folder.open(".a.b-_cDEFGHIJKLMNOPQRSTUV.jpeg");
  ASSERT_TRUE(old && *old);
  EXPECT_EQ((*old)->type, "image/jpeg");
}

TEST_F(ImageFolderTest, LeavesNothingBehindWhenTheDiskRefuses) {
  const ImageFolder folder(path);
  EXPECT_EQ(folder.save("x.png", kPng).error().code, core::ErrorCode::unavailable);  // there is no folder yet
  ASSERT_TRUE(folder.prepare());
  write(".upload-left-by-a-crash", "half");
  write("kept.gif", "GIF89a");
  ASSERT_TRUE(folder.prepare());
  EXPECT_EQ(count(), 1);
  std::ofstream(root + "/file") << "x";
  const auto prepared = ImageFolder(root + "/file/images").prepare();
  ASSERT_FALSE(prepared);
  EXPECT_NE(prepared.error().text.find(root + "/file/images"), std::string::npos) << prepared.error().text;
}

class SweepTest : public ImageFolderTest {
 protected:
  SweepTest() { EXPECT_TRUE(folder.prepare()); }
  std::string picture(char letter, int days) const {
    const std::string name = std::string(25, letter) + ".png";
    write(name, kPng);
    age(name, days);
    return name;
  }
  void age(const std::string& name, int days) const {
    std::filesystem::last_write_time(path + "/" + name,
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(24 * days));
  }
  bool has(const std::string& name) const { return std::filesystem::exists(path + "/" + name); }

  const ImageFolder folder{path};
};

TEST_F(SweepTest, RemovesPicturesThatNobodyHasNamedForAWeek) {
  const std::string named = picture('a', 30);
  const std::string orphan = picture('b', 30);
  for (const char* foreign : {"logo.png", "aaaaaaaaaaaaaaaaaaaaaaaaaa.png", "ddddddddddddddddddddddddd"}) {
    write(foreign, kPng);
    std::filesystem::last_write_time(path + "/" + foreign, std::filesystem::file_time_type::min());
  }
  folder.sweep({named}, "/data/gotify.db");
  EXPECT_TRUE(has(orphan)) << "the first call makes the folder this database's";
  const std::string aside = ".unnamed-" + orphan;
  folder.sweep({named}, "/data/gotify.db");
  EXPECT_FALSE(has(orphan));
  EXPECT_TRUE(has(aside));
  age(aside, 6);
  folder.sweep({named}, "/data/gotify.db");
  EXPECT_TRUE(has(aside));
  age(aside, 8);
  folder.sweep({named}, "/data/gotify.db");
  EXPECT_FALSE(has(aside));
  EXPECT_TRUE(has(named));
  EXPECT_TRUE(has("logo.png") && has("aaaaaaaaaaaaaaaaaaaaaaaaaa.png") && has("ddddddddddddddddddddddddd"));
}

// Somebody starts the server once with an empty database, or with an old backup, at the same place.
TEST_F(SweepTest, PutsBackAPictureThatIsNamedAgain) {
  const std::string old = picture('a', 300);
  for (int start = 0; start < 3; ++start) folder.sweep({}, "/data/gotify.db");
  folder.sweep({old}, "/data/gotify.db");
  const auto found = folder.open(old);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->read()->view, kPng);
}

TEST_F(SweepTest, RemovesNothingFromAFolderOfTwoDatabases) {
  const std::string of_the_other = picture('a', 30);
  for (const char* owner : {"/data/gotify.db", "/data/copy.db", "/data/copy.db", "/data/gotify.db", "/data/gotify.db"})
    folder.sweep({}, owner);
  EXPECT_TRUE(has(of_the_other));
}

TEST(OpenFile, StaysInsideItsFolder) {
  char name[] = "/tmp/push-files-XXXXXX";
  const std::string root = ::mkdtemp(name);
  std::filesystem::create_directories(root + "/ui/static");
  std::ofstream(root + "/ui/static/a b.js") << "run()";
  std::ofstream(root + "/outside") << "secret";
  std::filesystem::create_directories(root + "/ui/static/.git");
  std::ofstream(root + "/ui/static/.git/config") << "secret";
  std::ofstream(root + "/ui/.env") << "secret";
  std::filesystem::create_symlink("../outside", root + "/ui/link");
  std::filesystem::create_directory_symlink("..", root + "/ui/up");
  std::ofstream(root + "/ui-of-another") << "secret";
  std::filesystem::create_symlink("../ui-of-another", root + "/ui/neighbour");
  ASSERT_EQ(::mkfifo((root + "/ui/pipe").c_str(), 0600), 0);
  const auto found = open_file(root + "/ui", "static/a b.js");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->read()->view, "run()");
  EXPECT_EQ((*found)->type, "text/javascript; charset=utf-8");
  for (const std::string_view path : {"../outside"sv, "static/../../outside"sv, "static"sv, "static/"sv, ""sv, "/"sv,
                                      "static//a b.js"sv, "./static/a b.js"sv, "pipe"sv, "static/a b.js\0"sv, ".env"sv,
                                      "static/.git/config"sv, "link"sv, "up/outside"sv, "neighbour"sv}) {
    const auto read = open_file(root + "/ui", path);
    ASSERT_TRUE(read) << path;
    EXPECT_FALSE(*read) << path;
  }
  // Kubernetes mounts files like this; the folder itself may be a link, too.
  std::filesystem::create_symlink("a b.js", root + "/ui/static/link.js");
  std::filesystem::create_directory_symlink("ui", root + "/alias");
  for (const char* folder : {"/ui", "/alias"}) {
    const auto inside = open_file(root + folder, "static/link.js");
    EXPECT_TRUE(inside && *inside) << folder;
  }
  std::filesystem::remove_all(root);
}

// The client chooses the name, and the log gets a line for each file that exists and cannot be read.
TEST(OpenFile, AnErrorIsOneLine) {
  char name[] = "/tmp/push-files-XXXXXX";
  const std::string root = ::mkdtemp(name);
  std::filesystem::create_symlink("a.png", root + "/a.png");  // points to itself: cannot be opened
  std::filesystem::create_symlink("a\nERR b.png", root + "/a\nERR b.png");
  const auto looped = open_file(root, "a.png");
  ASSERT_FALSE(looped);
  EXPECT_NE(looped.error().text.find("/a.png"), std::string::npos) << looped.error().text;
  const auto injected = open_file(root, "a\nERR b.png");
  ASSERT_TRUE(injected) << injected.error().text;
  EXPECT_FALSE(*injected);
  std::filesystem::remove_all(root);
}

TEST(Assets, AreFoundByPathWithTheirTypes) {
  const Asset* picture = find_asset("static/defaultapp.png");
  ASSERT_NE(picture, nullptr);
  EXPECT_EQ(picture->type, "image/png");
  std::ifstream file("src/files/web/static/defaultapp.png", std::ios::binary);
  EXPECT_EQ(picture->bytes, std::string(std::istreambuf_iterator<char>(file), {}));
  EXPECT_EQ(find_asset("static/"), nullptr);
  EXPECT_EQ(find_asset("static/../static/defaultapp.png"), nullptr);
  for (const Asset& asset : assets()) {
    const bool compressed = asset.path.ends_with(".br") || asset.path.ends_with(".gz");
    EXPECT_EQ(asset.type == "application/octet-stream", compressed) << asset.path;
    EXPECT_FALSE(asset.bytes.empty()) << asset.path;
  }
}

}  // namespace
}  // namespace push::files
