#include "net/header_scanner.hpp"

#include <gtest/gtest.h>

namespace push::net {
namespace {

using Progress = HeaderScanner::Progress;

std::string normalized_of(const std::string& header) {
  HeaderScanner scanner;
  EXPECT_EQ(scanner.scan(header), Progress::complete);
  EXPECT_EQ(scanner.size(), header.size());
  std::string copy;
  return std::string(scanner.normalized(header, copy));
}

TEST(HeaderScanner, APlainHeaderIsNotCopied) {
  const std::string input = "GET / HTTP/1.1\r\nHost: a\r\n\r\nbody";
  HeaderScanner scanner;
  ASSERT_EQ(scanner.scan(input), Progress::complete);
  EXPECT_EQ(scanner.size(), input.size() - 4);
  std::string copy;
  EXPECT_EQ(scanner.normalized(input, copy).data(), input.data());
}

TEST(HeaderScanner, LinesThatEndInLfAreMadeWhole) {
  const std::string plain = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(normalized_of("GET / HTTP/1.1\nHost: a\n\n"), plain);
  EXPECT_EQ(normalized_of("GET / HTTP/1.1\r\nHost: a\n\r\n"), plain);
  EXPECT_EQ(normalized_of("GET / HTTP/1.1\r\nHost: a\r\n\n"), plain);
}

TEST(HeaderScanner, ALaterMinorVersionIsTheLastOne) {
  EXPECT_EQ(normalized_of("GET / HTTP/1.2\r\n\r\n"), "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(normalized_of("GET / HTTP/1.9\n\n"), "GET / HTTP/1.1\r\n\r\n");
  for (const std::string other : {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.a\r\n\r\n", "GET / HTTP/2.2\r\n\r\n",
                                  "GET /HTTP/1.2\r\n\r\n", "GET / HTTP/1.22\r\n\r\n"}) {
    EXPECT_EQ(normalized_of(other), other);
  }
}

TEST(HeaderScanner, ItGoesOnWhereItStopped) {
  const std::string input = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  HeaderScanner scanner;
  for (std::size_t size = 1; size < input.size(); ++size) {
    ASSERT_EQ(scanner.scan(input.substr(0, size)), Progress::incomplete) << size;
  }
  EXPECT_EQ(scanner.scan(input), Progress::complete);
}

TEST(HeaderScanner, LinesAreBounded) {
  const std::string start = "GET / HTTP/1.1\r\n";
  std::string fields;
  for (std::size_t i = 0; i < HeaderScanner::kMaxFields; ++i) fields += "A: b\r\n";
  EXPECT_EQ(HeaderScanner().scan(start + fields + "\r\n"), Progress::complete);
  EXPECT_EQ(HeaderScanner().scan(start + fields + "A: b\r\n"), Progress::too_many);
  EXPECT_EQ(HeaderScanner().scan(start + std::string(HeaderScanner::kMaxLine, 'x') + "\r\n\r\n"), Progress::complete);
  EXPECT_EQ(HeaderScanner().scan(start + std::string(HeaderScanner::kMaxLine + 1, 'x') + "\r\n"), Progress::too_long);
}

TEST(HeaderScanner, ALineThatBeginsWithABlankIsFolded) {
  EXPECT_EQ(HeaderScanner().scan("GET / HTTP/1.1\r\nA: b\r\n c\r\n"), Progress::folded);
  EXPECT_EQ(HeaderScanner().scan("GET / HTTP/1.1\r\n\tc\r\n"), Progress::folded);
}

}  // namespace
}  // namespace push::net
