#include <gtest/gtest.h>

#include <string>

#include "binder/fixture.hpp"

namespace push::binder::test {
namespace {

constexpr std::string_view with_boundary = "multipart/form-data; boundary=b";

#define PART(name) "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"

class CreateMessageMultipart : public testing::TestWithParam<Row> {};
TEST_P(CreateMessageMultipart, BindsAsGotifyDoes) {
  EXPECT_EQ(create_message({"POST", with_boundary, "", GetParam().input}), GetParam().outcome) << GetParam().input;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, CreateMessageMultipart,
    testing::Values(
        Row{PART("message") "m\r\n" PART("title") "t\r\n" PART("priority") "7\r\n--b--\r\n", "m|t|7|0|"},
        Row{PART("message") "m\r\n--b--", "m||-|0|"}, Row{PART("message") "m\r\n--b\r\n", "m||-|0|"},
        Row{PART("message") "a\r\n" PART("message") "second\r\n--b--", "a||-|0|"},
        Row{PART("message") "m\r\n" PART("priority") "\r\n--b--", "m||0|0|"},
        Row{PART("message") "m\r\n" PART("extras") "{\"a\":1}\r\n--b--", "m||-|0|"},
        Row{PART("message") "two\r\nlines\r\n--bx\r\n--b-\r\n--b--\r\nepilogue", "two\r\nlines\r\n--bx\r\n--b-||-|0|"},
        Row{PART("message") "m\r\n--b  \r\n\r\n--b--", "m||-|0|"},
        Row{"preamble\r\n" PART("message") "m\r\n--b--", "m||-|0|"},
        Row{"--b\nContent-Disposition: form-data; name=message\n\nm\n--b--\n", "m||-|0|"},
        Row{"--b\r\ncontent-disposition:form-data;\r\n name=\"message\"\r\nContent-Type: text/plain\r\n\r\nm\r\n--b--",
            "m||-|0|"},
        Row{"--b\r\nContent-Disposition: form-data; name=message; filename=\"\"\r\n\r\nm\r\n--b--", "m||-|0|"},
        Row{"--b\r\nContent-Disposition: attachment; name=message\r\n\r\nm\r\n--b--", "! Field 'message' is required"},
        Row{PART("Message") "m\r\n--b--", "! Field 'message' is required"},
        Row{PART("message") "--b--", "! Field 'message' is required"}, Row{"--b--", "! Field 'message' is required"},
        Row{"--b\r\n", "! Field 'message' is required"},
        Row{PART("message") "m\r\n" PART("priority") "x\r\n--b--",
            R"(! strconv.ParseInt: parsing "x": invalid syntax)"}));

#define FILE_PART(name) \
  "--b\r\nContent-Disposition: form-data; name=\"" name "\"; filename=\"f\"\r\nContent-Type: text/plain\r\n\r\nx\r\n"

INSTANTIATE_TEST_SUITE_P(Files, CreateMessageMultipart,
                         testing::Values(Row{FILE_PART("message") "--b--",
                                             "! unsupported field type for multipart.FileHeader"},
                                         Row{PART("message") "m\r\n" FILE_PART("priority") "--b--",
                                             "! unsupported field type for multipart.FileHeader"},
                                         Row{PART("message") "m\r\n" FILE_PART("message") "--b--",
                                             "! unsupported field type for multipart.FileHeader"},
                                         Row{PART("message") "m\r\n" FILE_PART("other") "--b--", "m||-|0|"},
                                         Row{PART("message") "m\r\n" FILE_PART("extras") "--b--", "m||-|0|"}));

INSTANTIATE_TEST_SUITE_P(
    Broken, CreateMessageMultipart,
    testing::Values(
        Row{"", "! multipart: NextPart: EOF"}, Row{"x--b\r\n", "! multipart: NextPart: EOF"},
        Row{PART("message") "m\r\n--b", "! multipart: NextPart: EOF"}, Row{PART("message") "m", "! unexpected EOF"},
        Row{PART("message") "m\r\n--b x\r\n", "! multipart: expecting a new Part; got line \"--b x\\r\\n\""},
        Row{"--b\r\nbad header\r\n\r\nx\r\n--b--", R"(! malformed MIME header: missing colon: "bad header")"},
        Row{"--b\r\n: x\r\n\r\nx\r\n--b--", R"(! malformed MIME header line: ": x")"}));

TEST(Multipart, NeedsABoundary) {
  const auto with_type = [](std::string_view type) {
    return create_message({"POST", type, "", PART("message") "m\r\n--b--"});
  };
  EXPECT_EQ(with_type("multipart/form-data"), "! no multipart boundary param in Content-Type");
  EXPECT_EQ(with_type("multipart/form-data; charset=utf-8"), "! no multipart boundary param in Content-Type");
  EXPECT_EQ(with_type("multipart/form-data; boundary=\"\""), "! multipart: boundary is empty");
  EXPECT_EQ(with_type("multipart/form-data; boundary="), "! request Content-Type isn't multipart/form-data");
  EXPECT_EQ(with_type("multipart/form-data boundary=b"), "! request Content-Type isn't multipart/form-data");
  EXPECT_EQ(with_type("multipart/form-data; Boundary=\"b\";"), "m||-|0|");
  EXPECT_EQ(with_type("multipart/form-data;charset=x;boundary=b"), "m||-|0|");
  EXPECT_EQ(with_type("multipart/form-data; boundary=b; boundary=b"), "m||-|0|");
  EXPECT_EQ(with_type("multipart/form-data; boundary=b; boundary=c"),
            "! request Content-Type isn't multipart/form-data");
}

TEST(Multipart, TakesNothingFromTheQuery) {
  EXPECT_EQ(create_message({"POST", with_boundary, "message=qm", PART("title") "t\r\n--b--"}),
            "! Field 'message' is required");
  EXPECT_EQ(create_message({"POST", with_boundary, "a;b", PART("message") "m\r\n--b--"}),
            "! invalid semicolon separator in query");
}

TEST(Multipart, LimitsTextAndParts) {
  const std::string text(std::size_t{10} << 20, 'a');
  EXPECT_EQ(create_message({"POST", with_boundary, "", PART("message") + text + "\r\n--b--"}),
            "! multipart: message too large");
  std::string parts;
  for (int part = 0; part < 1001; ++part) parts += PART("message") "m\r\n";
  EXPECT_EQ(create_message({"POST", with_boundary, "", parts + "--b--"}), "! multipart: message too large");
}

// Parsing a header costs more than reading it, and the sender is not authenticated yet.
TEST(Multipart, LimitsThePartsHeaders) {
  const auto with_padding = [](std::size_t size) {
    return create_message(
        {"POST", with_boundary, "",
         "--b\r\nX: " + std::string(size, 'x') + "\r\nContent-Disposition: form-data; name=message\r\n\r\nm\r\n--b--"});
  };
  EXPECT_EQ(with_padding(16'000), "m||-|0|");
  EXPECT_EQ(with_padding(16 * 1024), "! multipart: message too large");
  std::string parameters;
  for (int i = 0; i < 4000; ++i) parameters += ";p" + std::to_string(i) + "=1";
  EXPECT_EQ(create_message({"POST", with_boundary, "",
                            "--b\r\nContent-Disposition: form-data; name=message" + parameters + "\r\n\r\nm\r\n--b--"}),
            "! multipart: message too large");
}

#define ENCODED(encoding, text)                                                                                 \
  "--b\r\nContent-Transfer-Encoding: " encoding "\r\nContent-Disposition: form-data; name=message\r\n\r\n" text \
  "\r\n--b--"

// mime/quotedprintable's rules, extensions and errors.
INSTANTIATE_TEST_SUITE_P(
    QuotedPrintable, CreateMessageMultipart,
    testing::Values(Row{ENCODED("quoted-printable", "h=C3=A4=\r\nx"), "h\xC3\xA4x||-|0|"},
                    Row{ENCODED("Quoted-Printable", "=3d=3D"), "==||-|0|"},
                    Row{ENCODED("quoted-printable", "a = b =zz =4"), "a = b =zz =4||-|0|"},
                    Row{ENCODED("quoted-printable", "a \t\r\nb=\nc\nd"), "a\r\nbc\nd||-|0|"},
                    Row{ENCODED("quoted-printable", "\xC3\xA4="), "\xC3\xA4||-|0|"},
                    Row{ENCODED("quoted-printable", "a\rb\tc"), "a\rb\tc||-|0|"},
                    Row{ENCODED("quoted-printable", "a="), "a||-|0|"},
                    Row{ENCODED("quoted-printable", "="), R"(! quotedprintable: invalid bytes after =: "")"},
                    Row{ENCODED("quoted-printable", "a= "), R"(! quotedprintable: invalid bytes after =: " ")"},
                    Row{ENCODED("quoted-printable", "a= \r\nb"),
                        R"(! quotedprintable: invalid bytes after =: " \r\n")"},
                    Row{ENCODED("quoted-printable", "a\x01"), "! quotedprintable: invalid unescaped byte 0x01 in body"},
                    Row{ENCODED("quoted-printable", "a\x7F"), "! quotedprintable: invalid unescaped byte 0x7f in body"},
                    Row{ENCODED("quoted-printable", "a==\r\nb"), "! unexpected EOF"},
                    Row{ENCODED("base64", "aGk="), "aGk=||-|0|"}, Row{ENCODED("8bit", "=41"), "=41||-|0|"}));

}  // namespace
}  // namespace push::binder::test
