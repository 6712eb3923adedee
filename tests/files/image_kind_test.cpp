// Which bytes and which names are images, tested through the folder that stores them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "push/files/image_folder.hpp"

namespace push::files {
namespace {

using namespace std::string_view_literals;

class ImageKind : public testing::Test {
 protected:
  ImageKind() {
    char name[] = "/tmp/push-kinds-XXXXXX";
    path = ::mkdtemp(name);
  }
  ~ImageKind() override { std::filesystem::remove_all(path); }

  bool is_image(std::string_view bytes) const { return ImageFolder(path).save("x.png", bytes).has_value(); }
  // The end of the new file's name after its 25 letters, "" if the name was refused.
  std::string image_extension(std::string_view name) const {
    const auto saved = ImageFolder(path).save(name, "GIF89a");
    return saved ? saved->substr(25) : "";
  }

  std::string path;
};

TEST_F(ImageKind, KnowsGotifysKinds) {
  const std::pair<const char*, std::string_view> rows[] = {
      {"jpg", "\xFF\xD8\xFF\xE0"sv},
      {"jp2", "\0\0\0\x0CjP  \r\n\x87\n\0\0"sv},
      {"png", "\x89PNG\r\n"sv},
      {"gif", "GIF89a"sv},
      {"webp", "RIFF\1\2\3\4WEBPVP8 "sv},
      {"cr2", "II*\0\x10\0\0\0CR\2\0"sv},
      {"tif, little end first", "II*\0\x08"sv},
      {"tif, big end first", "MM\0*\0"sv},
      {"bmp", "BM1234"sv},
      {"jxr", "II\xBC\1"sv},
      {"psd", "8BPS\0\1"sv},
      {"ico", "\0\0\1\0\1\0"sv},
      {"heif",
       "\0\0\0\x18"
       "ftypheic\0\0\0\0"sv},
      {"heif among the compatible",
       "\0\0\0\x18"
       "ftypmif1\0\0\0\0mif1heic"sv},
      {"avif",
       "\0\0\0\x18"
       "ftypavif\0\0\0\0"sv},
      {"dwg", "AC1032"sv},
      {"exr", "v/1\1\2"sv},
  };
  for (const auto& [kind, bytes] : rows) EXPECT_TRUE(is_image(bytes)) << kind;
}

TEST_F(ImageKind, KnowsWhatIsNone) {
  const std::pair<const char*, std::string_view> rows[] = {
      {"nothing", ""sv},
      {"text", "hello"sv},
      {"page", "<!doctype html>"sv},
      {"drawing", "<svg xmlns="sv},
      {"sound", "RIFF\1\2\3\4WAVEfmt "sv},
      {"film",
       "\0\0\0\x18"
       "ftypmp42\0\0\0\0mp42isom"sv},
      {"heic behind the box",
       "\0\0\0\x14"
       "ftypmif1\0\0\0\0mif1heic"sv},
      {"cut short", "\x89PN"sv},
      {"box cut short",
       "\0\0\0\x18"
       "ftyphei"sv},
      {"pdf", "%PDF-1.7"sv},
      {"program",
       "\x7F"
       "ELF"sv},
  };
  for (const auto& [kind, bytes] : rows) EXPECT_FALSE(is_image(bytes)) << kind;
  // A signature beyond the first 261 bytes is not looked for.
  std::string late(
      "\0\0\2\0"
      "ftypmif1\0\0\0\0"sv);
  while (late.size() < 261) late += "mif1";
  EXPECT_FALSE(is_image(late + "heic"));
  EXPECT_TRUE(is_image(late.substr(0, 100) + "heic"));
}

TEST_F(ImageKind, TakesTheExtensionAsItStands) {
  EXPECT_EQ(image_extension("a.png"), ".png");
  EXPECT_EQ(image_extension("a.b.JpEg"), ".JpEg");
  EXPECT_EQ(image_extension(".gif"), ".gif");
  for (const std::string_view name :
       std::initializer_list<std::string_view>{"a.png.exe", "a", "", ".", "apng", "a.webp", "a.png\0x"sv}) {
    EXPECT_EQ(image_extension(name), "") << name;
  }
}

}  // namespace
}  // namespace push::files
