// The file in a multipart form.
#include <gtest/gtest.h>

#include <string>

#include "push/binder/binder.hpp"

namespace push::binder {
namespace {

const std::string kType = "multipart/form-data; boundary=xyz";

std::string part(const std::string& disposition, const std::string& content) {
  return "--xyz\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
}

core::Result<std::optional<Upload>> find(const std::string& type, const std::string& body) {
  return find_upload(Source{"POST", type, "", body}, "file");
}

TEST(Upload, IsTheFirstFileOfItsName) {
  const std::string body = part("name=\"file\"", "text") + part("name=\"other\"; filename=\"o.png\"", "other") +
                           part("name=\"file\"; filename=\"a b.png\"", std::string("\x89PNG\r\n\0--xy", 12)) +
                           part("name=\"file\"; filename=\"second.png\"", "second") + "--xyz--\r\n";
  const auto found = find(kType, body);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->file_name, "a b.png");
  EXPECT_EQ((*found)->content.view, std::string("\x89PNG\r\n\0--xy", 12));
}

TEST(Upload, IsNotThere) {
  for (const std::string& body :
       {part("name=\"file\"", "text"), part("name=\"f\"; filename=\"a.png\"", "x"), std::string()}) {
    const auto found = find(kType, body + "--xyz--\r\n");
    ASSERT_TRUE(found) << found.error().text;
    EXPECT_FALSE(*found) << body;
  }
}

TEST(Upload, NeedsAFormInParts) {
  const auto text = [](const std::string& type, const std::string& body) {
    const auto found = find(type, body);
    return found ? "" : found.error().text;
  };
  EXPECT_EQ(text("", ""), "request Content-Type isn't multipart/form-data");
  EXPECT_EQ(text("application/json", "{}"), "request Content-Type isn't multipart/form-data");
  EXPECT_EQ(text("multipart/form-data", ""), "no multipart boundary param in Content-Type");
  EXPECT_EQ(text(kType, ""), "multipart: NextPart: EOF");
  EXPECT_EQ(text(kType, part("name=\"file\"; filename=\"a.png\"", "x")), "unexpected EOF");
}

TEST(Upload, IsDecodedIfItIsQuotedPrintable) {
  const auto found = find(kType,
                          "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n"
                          "Content-Transfer-Encoding: quoted-printable\r\n\r\n=89PNG=\r\n\r\n--xyz--\r\n");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->content.view, "\x89PNG");
}

}  // namespace
}  // namespace push::binder
