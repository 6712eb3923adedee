// What is refused, what is read, and how: raw bytes -> statuses, and whether the connection ends. Each row is sent in
// one piece, byte by byte, and behind another request.
#include "net/request_rules.hpp"

#include <gtest/gtest.h>

#include "net/http_session_fixture.hpp"

namespace push::net {
namespace {

struct RuleRow {
  std::string name;
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
std::string repeated(int times, const std::string& text) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

const std::string kNext = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

// Fields that are refused with 400, whatever follows.
const std::vector<std::string> kMalformed = {
    // Host (RFC 9112 3.2)
    "X: y", "Host: x\r\nHost: x", "Host:", "Host: a/b", "Host: a b", "Host: c@d", "Host: a, b", "Host: a:8a",
    "Host: []", "Host: \xc3\xa4",
    // the length of a body (RFC 9112 6)
    "Host: x\r\nTransfer-Encoding: CHUNKED",  // and then no chunk
    "Host: x\r\nTransfer-Encoding: chunked, chunked",
    "Host: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Host: x\r\nTransfer-Encoding:", "Host: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
    "Host: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 1", "Host: x\r\nContent-Length: 1\r\nContent-Length: 2",
    "Host: x\r\nContent-Length: 1\r\nContent-Length: 1", "Host: x\r\nContent-Length: 1, 1",
    "Host: x\r\nContent-Length:", "Host: x\r\nContent-Length: +5", "Host: x\r\nContent-Length: -5",
    "Host: x\r\nContent-Length: 18446744073709551616",
    // lines
    "Host: x\r\nX: a\r\n b", "Host: x\r\nX: a\r\n\tb", "Host : x", "Host: x\r\nX", "Host: x\r\nX: a\rb",
    "Host: x\r\nX: a" + std::string(1, '\0')};

// Codings that are not known: 501.
const std::vector<std::string> kUnknownCodings = {
    "xchunked",      "gzip\r\nContent-Length: 1", "identity", "identity\r\nContent-Length: 1", "\"chunked\"",
    "gzip, chunked", "chunked, identity"};

const std::vector<RuleRow> kRows = {
    {"no Host in HTTP/1.0", header_of("X: y", "1.0"), {200}, true},
    {"two Hosts in HTTP/1.0", header_of("Host: x\r\nHost: y", "1.0"), {400}, true},
    {"a port", header_of("Host: push.example_1.org:8080") + kNext, {200, 200}},
    {"an empty port", header_of("Host: a:") + kNext, {200, 200}},
    {"IPv6", header_of("Host: [fe80::1%25eth0]:80") + kNext, {200, 200}},
    {"chunked", chunks("1\r\nx\r\n0\r\n\r\n") + kNext, {200, 200}},
    {"chunked in HTTP/1.0", header_of("Transfer-Encoding: chunked", "1.0") + "0\r\n\r\n", {400}, true},
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
    {"256 fields", header_of("Host: x" + repeated(255, "\r\nA: b")) + kNext, {200, 200}},
    {"257 fields", header_of("Host: x" + repeated(256, "\r\nA: b")), {431}, true},
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
    {"100-continue and another", header_of("Host: x\r\nExpect: 100-continue, y\r\nContent-Length: 1"), {417}, true},
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

std::vector<RuleRow> all_rows() {
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  std::vector<RuleRow> all = kRows;
  for (const std::string& fields : kMalformed) all.push_back({fields, header_of(fields) + smuggled, {400}, true});
  for (const std::string& coding : kUnknownCodings) {
    all.push_back({coding, header_of("Host: x\r\nTransfer-Encoding: " + coding) + smuggled, {501}, true});
  }
  return all;
}

TEST_F(RequestRules, EachRowHasItsStatusesHoweverItArrives) {
  for (const RuleRow& row : all_rows()) {
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

TEST_F(RequestRules, ExpectIsAList) {
  for (const char* fields : {"Expect: 100-continue\r\nExpect: 100-Continue", "Expect: , 100-continue,100-continue,"}) {
    restart();
    pipe.send(header_of(std::string("Host: x\r\nContent-Length: 1\r\n") + fields));
    EXPECT_EQ(statuses(), std::vector<unsigned>{100}) << fields;
    pipe.send("x");
    EXPECT_EQ(statuses(), (std::vector<unsigned>{100, 200})) << fields;
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

TEST_F(RequestRules, A431NamesTheLimit) {
  const std::string start = "GET /a HTTP/1.1\r\nHost: x\r\n";
  const auto reason = [this](const std::string& bytes) {
    restart();
    pipe.send(bytes);
    return pipe.received.substr(pipe.received.find("\r\n\r\n") + 4);
  };
  limits.headerlimit = 100'000;
  EXPECT_EQ(reason(start + repeated(256, "A: b\r\n") + "\r\n"), "request header has more than 256 fields");
  EXPECT_EQ(reason(start + "X: " + std::string(65'001, 'x') + "\r\n\r\n"),
            "request header has a line of more than 65000 bytes");
  const std::string half = "X: " + std::string(40'000, 'x') + "\r\n";
  EXPECT_EQ(reason(start + half + half + "\r\n"), "request header has a line of more than 65000 bytes");
  limits.headerlimit = 2000;
  EXPECT_EQ(reason(start + "X: " + std::string(70'000, 'x')),
            "request header is larger than 2000 bytes (server.http.headerlimit)");
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
