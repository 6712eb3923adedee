// What is refused, what is read, and how: raw bytes -> statuses, and whether the connection ends. Each row is sent in
// one piece, byte by byte, and behind another request.
#include "net/request_rules.hpp"

#include <gtest/gtest.h>

#include "net/http_session_fixture.hpp"

namespace push::net {
namespace {

struct RuleRow {
  const char* name;
  std::string bytes;
  std::vector<unsigned> statuses;
  bool closed = false;
};

std::string header_of(const std::string& fields, const std::string& version = "1.1") {
  return "POST /a HTTP/" + version + "\r\n" + fields + "\r\n\r\n";
}
std::string chunks(const std::string& body) {
  return header_of("Host: x\r\nTransfer-Encoding: chunked") + body;
}
std::string coded(const std::string& fields) {
  return header_of("Host: x\r\n" + fields) + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
}

const std::string kNext = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

const std::vector<RuleRow> kRows = {
    // Host (RFC 9112 3.2)
    {"no Host", header_of("X: y"), {400}, true},
    {"no Host in HTTP/1.0", header_of("X: y", "1.0"), {200}, true},
    {"two Hosts", header_of("Host: x\r\nHost: x"), {400}, true},
    {"two Hosts in HTTP/1.0", header_of("Host: x\r\nHost: y", "1.0"), {400}, true},
    {"empty Host", header_of("Host:"), {400}, true},
    {"a path in Host", header_of("Host: a/b"), {400}, true},
    {"a blank in Host", header_of("Host: a b"), {400}, true},
    {"a user in Host", header_of("Host: c@d"), {400}, true},
    {"a list in Host", header_of("Host: a, b"), {400}, true},
    {"a port that is none", header_of("Host: a:8a"), {400}, true},
    {"a Host of brackets", header_of("Host: []"), {400}, true},
    {"a Host of bytes", header_of("Host: \xc3\xa4"), {400}, true},
    {"a port", header_of("Host: push.example_1.org:8080") + kNext, {200, 200}},
    {"an empty port", header_of("Host: a:") + kNext, {200, 200}},
    {"IPv6", header_of("Host: [fe80::1%25eth0]:80") + kNext, {200, 200}},
    // the length of a body (RFC 9112 6)
    {"chunked", chunks("1\r\nx\r\n0\r\n\r\n") + kNext, {200, 200}},
    {"chunked in capitals, but no chunk", coded("Transfer-Encoding: CHUNKED"), {400}, true},
    {"unknown coding", coded("Transfer-Encoding: xchunked"), {501}, true},
    {"unknown coding and a length", coded("Transfer-Encoding: gzip\r\nContent-Length: 1"), {501}, true},
    {"identity", coded("Transfer-Encoding: identity"), {501}, true},
    {"identity and a length", coded("Transfer-Encoding: identity\r\nContent-Length: 1"), {501}, true},
    {"a quoted coding", coded("Transfer-Encoding: \"chunked\""), {501}, true},
    {"gzip, chunked", coded("Transfer-Encoding: gzip, chunked"), {501}, true},
    {"chunked, identity", coded("Transfer-Encoding: chunked, identity"), {501}, true},
    {"chunked twice", coded("Transfer-Encoding: chunked, chunked"), {400}, true},
    {"chunked in two lines", coded("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"), {400}, true},
    {"an empty coding", coded("Transfer-Encoding:"), {400}, true},
    {"chunked in HTTP/1.0", header_of("Transfer-Encoding: chunked", "1.0") + "0\r\n\r\n", {400}, true},
    {"a length and chunked", coded("Content-Length: 1\r\nTransfer-Encoding: chunked"), {400}, true},
    {"chunked and a length", coded("Transfer-Encoding: chunked\r\nContent-Length: 1"), {400}, true},
    {"two lengths", coded("Content-Length: 1\r\nContent-Length: 2"), {400}, true},
    {"the same length twice", coded("Content-Length: 1\r\nContent-Length: 1"), {400}, true},
    {"a list of lengths", coded("Content-Length: 1, 1"), {400}, true},
    {"an empty length", coded("Content-Length:"), {400}, true},
    {"a signed length", coded("Content-Length: +5"), {400}, true},
    {"a negative length", coded("Content-Length: -5"), {400}, true},
    {"a length of 2^64", coded("Content-Length: 18446744073709551616"), {400}, true},
    {"zero length", header_of("Host: x\r\nContent-Length: 0") + kNext, {200, 200}},
    // chunks (RFC 9112 7)
    {"an extension", chunks("1;a=b\r\nx\r\n0;c\r\n\r\n") + kNext, {200, 200}},
    {"blanks behind the size", chunks("1 \t\r\nx\r\n0 \r\n\r\n") + kNext, {200, 200}},
    {"blanks before an extension", chunks("1 ;a\r\nx\r\n0\r\n\r\n") + kNext, {200, 200}},
    {"16 digits", chunks("0000000000000001\r\nx\r\n0\r\n\r\n") + kNext, {200, 200}},
    {"17 digits", chunks("00000000000000001\r\nx\r\n0\r\n\r\n"), {400}, true},
    {"an extension of 256 bytes", chunks("1;" + std::string(255, 'a') + "\r\nx\r\n0\r\n\r\n") + kNext, {200, 200}},
    {"an extension of 257 bytes", chunks("1;" + std::string(256, 'a') + "\r\nx\r\n0\r\n\r\n"), {400}, true},
    {"LF in an extension", chunks("1;a\nx\r\n0\r\n\r\n"), {400}, true},
    {"LF behind a size", chunks("1\nx\r\n0\r\n\r\n"), {400}, true},
    {"CR alone behind a size", chunks("1\rx\r\n0\r\n\r\n"), {400}, true},
    {"LF behind a chunk", chunks("1\r\nx\n0\r\n\r\n"), {400}, true},
    {"more than the chunk's size", chunks("1\r\nxy\r\n0\r\n\r\n"), {400}, true},
    {"LF at the end", chunks("0\r\n\n"), {400}, true},
    {"no size", chunks("\r\n\r\n"), {400}, true},
    {"a negative size", chunks("-1\r\nx\r\n0\r\n\r\n"), {400}, true},
    {"0x", chunks("0x1\r\nx\r\n0\r\n\r\n"), {400}, true},
    {"a blank before the size", chunks(" 1\r\nx\r\n0\r\n\r\n"), {400}, true},
    {"a trailer", chunks("0\r\nX-Gotify-Key: C\r\n\r\n"), {400}, true},
    {"a trailer without end", chunks("0\r\n" + std::string(4000, 'x')), {400}, true},
    // header lines
    {"obs-fold", header_of("Host: x\r\nX: a\r\n b"), {400}, true},
    {"obs-fold by tab", header_of("Host: x\r\nX: a\r\n\tb"), {400}, true},
    {"a blank before the colon", header_of("Host : x"), {400}, true},
    {"a line without a colon", header_of("Host: x\r\nX"), {400}, true},
    {"CR in a value", header_of("Host: x\r\nX: a\rb"), {400}, true},
    {"NUL in a value", header_of("Host: x\r\nX: a" + std::string(1, '\0')), {400}, true},
    {"256 fields",
     header_of("Host: x" +
               [] {
                 std::string more;
                 for (int i = 1; i < 256; ++i) more += "\r\nA: b";
                 return more;
               }()) +
         kNext,
     {200, 200}},
    {"257 fields",
     header_of("Host: x" +
               [] {
                 std::string more;
                 for (int i = 0; i < 256; ++i) more += "\r\nA: b";
                 return more;
               }()),
     {431},
     true},
    // what Go's server reads and Beast does not
    {"lines that end in LF", "POST /a HTTP/1.1\nHost: x\nContent-Length: 1\n\nx" + kNext, {200, 200}},
    {"LF here and there", "POST /a HTTP/1.1\r\nHost: x\nContent-Length: 1\r\n\nx" + kNext, {200, 200}},
    {"LF and obs-fold", "POST /a HTTP/1.1\nHost: x\n X\n\n", {400}, true},
    {"empty lines before", "\r\n\n\r\n" + kNext + "\r\n" + kNext + "\n\n" + kNext, {200, 200, 200}},
    {"a line end behind a body", header_of("Host: x\r\nContent-Length: 1") + "x\r\n" + kNext, {200, 200}},
    {"HTTP/1.2", "GET /a HTTP/1.2\r\nHost: x\r\n\r\n" + kNext, {200, 200}},
    {"HTTP/1.9", "GET /a HTTP/1.9\nHost: x\n\n" + kNext, {200, 200}},
    {"HTTP/1.2 without Host", "GET /a HTTP/1.2\r\n\r\n", {400}, true},
    {"HTTP/1.10", "GET /a HTTP/1.10\r\nHost: x\r\n\r\n", {400}, true},
    {"HTTP/2.0", "GET /a HTTP/2.0\r\nHost: x\r\n\r\n", {400}, true},
    {"no version", "GET /a\r\nHost: x\r\n\r\n", {400}, true},
    // Expect (RFC 9110 10.1.1)
    {"Expect in HTTP/1.0", header_of("Expect: 100-continue\r\nContent-Length: 1", "1.0") + "x", {200}, true},
    {"an unknown expectation", header_of("Host: x\r\nExpect: 200-ok\r\nContent-Length: 1"), {417}, true},
    {"two expectations", header_of("Host: x\r\nExpect: 100-continue\r\nExpect: y\r\nContent-Length: 1"), {417}, true},
    {"an empty expectation", header_of("Host: x\r\nExpect:\r\nContent-Length: 1") + "x" + kNext, {200, 200}},
};

struct RequestRules : HttpSessionTest {
  void restart() {
    if (session != nullptr) held()->abort();
    pipe = Pipe();
    begin(this);
  }
  std::vector<unsigned> statuses() const {
    std::vector<unsigned> out;
    for (std::size_t at = pipe.received.find("HTTP/1.1 "); at != std::string::npos;
         at = pipe.received.find("HTTP/1.1 ", at + 1)) {
      out.push_back(static_cast<unsigned>(std::stoul(pipe.received.substr(at + 9, 3))));
    }
    return out;
  }
  bool ends() const { return pipe.shut || pipe.closed; }
};

TEST_F(RequestRules, EachRowHasItsStatusesHoweverItArrives) {
  for (const RuleRow& row : kRows) {
    SCOPED_TRACE(row.name);
    restart();
    pipe.send(row.bytes);
    EXPECT_EQ(statuses(), row.statuses) << pipe.received;
    EXPECT_EQ(ends(), row.closed);

    restart();
    for (const char byte : row.bytes) pipe.send({&byte, 1});
    EXPECT_EQ(statuses(), row.statuses) << "byte by byte: " << pipe.received;
    EXPECT_EQ(ends(), row.closed);

    restart();
    pipe.send(kNext + row.bytes);
    std::vector<unsigned> both = {200};
    both.insert(both.end(), row.statuses.begin(), row.statuses.end());
    EXPECT_EQ(statuses(), both) << "behind another: " << pipe.received;
    EXPECT_EQ(pipe.received.find("smuggled"), std::string::npos);
  }
}

TEST_F(RequestRules, AFieldInSeveralLinesIsOneList) {
  pipe.send(
      "GET /later HTTP/1.1\r\nHost: x\r\nCookie: a=1\r\nAccept: b\r\nX-Own: 1\r\ncookie: c=2\r\nACCEPT: d\r\nx-own: "
      "2\r\nOrigin: e\r\nOrigin: f\r\n\r\n");
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].header("Cookie"), "a=1; c=2");
  EXPECT_EQ(requests[0].header("Accept"), "b, d");
  EXPECT_EQ(requests[0].header("X-Own"), "1, 2");
  EXPECT_EQ(requests[0].header("Origin"), "e, f");
  EXPECT_EQ(requests[0].header("Host"), "x");
}

TEST_F(RequestRules, AHeaderLineOfMoreThan65000BytesIsTooLarge) {
  limits.headerlimit = 1 << 20;
  pipe.send("GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(64'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(statuses(), std::vector<unsigned>{200});
  pipe.send("GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n");
  EXPECT_EQ(statuses(), (std::vector<unsigned>{200, 431}));
  restart();
  const std::string half = "X: " + std::string(40'000, 'x') + "\r\n";
  pipe.send("GET /a HTTP/1.1\r\nHost: x\r\n" + half + half + "\r\n");
  EXPECT_EQ(statuses(), std::vector<unsigned>{431});
}

TEST_F(RequestRules, EmptyLinesDoNotBeginARequest) {
  pipe.send(kNext);
  pipe.received.clear();
  pipe.send("\r\n");
  tick(limits.headertimeoutseconds + 2);
  EXPECT_EQ(pipe.received, "");
  EXPECT_FALSE(ends());
  pipe.send(kNext);
  EXPECT_EQ(statuses(), std::vector<unsigned>{200});
}

}  // namespace
}  // namespace push::net
