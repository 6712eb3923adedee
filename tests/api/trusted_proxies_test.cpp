#include "push/api/trusted_proxies.hpp"

#include <gtest/gtest.h>

namespace push::api {
namespace {

TrustedProxies trusting(const std::vector<std::string>& entries) {
  auto proxies = TrustedProxies::parse(entries);
  EXPECT_TRUE(proxies) << proxies.error().text;
  return proxies ? *std::move(proxies) : TrustedProxies();
}

TEST(TrustedProxies, AStrangersHeaderIsNotRead) {
  EXPECT_EQ(trusting({}).client_of("127.0.0.1", "1.2.3.4"), "127.0.0.1");
  EXPECT_EQ(trusting({"10.0.0.1"}).client_of("10.0.0.2", "1.2.3.4"), "10.0.0.2");
  EXPECT_EQ(trusting({"10.0.0.1"}).client_of("", "1.2.3.4"), "");
}

TEST(TrustedProxies, TheRightmostUntrustedHopIsTheClient) {
  const TrustedProxies proxies = trusting({"10.0.0.0/8", "fd00::/8", "192.168.1.1"});
  EXPECT_EQ(proxies.client_of("10.1.2.3", ""), "10.1.2.3");
  EXPECT_EQ(proxies.client_of("10.1.2.3", "1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(proxies.client_of("10.1.2.3", "6.6.6.6, 1.2.3.4 ,10.9.9.9,\t192.168.1.1"), "1.2.3.4");
  EXPECT_EQ(proxies.client_of("fd00::1", "2001:DB8::1"), "2001:db8::1");
  EXPECT_EQ(proxies.client_of("10.1.2.3", "10.0.0.9,10.0.0.8"), "10.0.0.9") << "all are trusted: the leftmost";
  EXPECT_EQ(proxies.client_of("192.168.1.2", "1.2.3.4"), "192.168.1.2");
}

TEST(TrustedProxies, AnEntryThatIsNoAddressEndsTheSearchWithThePeer) {
  const TrustedProxies proxies = trusting({"10.0.0.0/8"});
  for (const char* header : {"unknown", "1.2.3.4,", "1.2.3.4, x, 10.0.0.2", "1.2.3.4:80", "[::1]", "1.2.3", "01.2.3.4",
                             "1.2.3.4\nip=5.6.7.8", "fe80::1%eth0"}) {
    EXPECT_EQ(proxies.client_of("10.0.0.1", header), "10.0.0.1") << header;
  }
  EXPECT_EQ(proxies.client_of("10.0.0.1", "x, 1.2.3.4"), "1.2.3.4") << "entries left of the client's are its own claim";
}

TEST(TrustedProxies, Ipv4IsTheSameWhenItIsMapped) {
  EXPECT_EQ(trusting({"::ffff:10.0.0.1"}).client_of("10.0.0.1", "::ffff:1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(trusting({"10.0.0.0/8"}).client_of("10.0.0.1", "1.2.3.4, ::ffff:10.2.2.2"), "1.2.3.4");
  EXPECT_EQ(trusting({"0.0.0.0/0"}).client_of("10.0.0.1", "::1"), "::1");
  EXPECT_EQ(trusting({"::/0"}).client_of("10.0.0.1", "1.2.3.4"), "10.0.0.1") << "::/0 contains no IPv4 address";
}

TEST(TrustedProxies, PrefixesEndWithinAByteToo) {
  const TrustedProxies proxies = trusting({"172.16.0.0/12", "2001:db8:8000::/33"});
  EXPECT_EQ(proxies.client_of("172.31.255.255", "1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(proxies.client_of("172.32.0.0", "1.2.3.4"), "172.32.0.0");
  EXPECT_EQ(proxies.client_of("2001:db8:ffff::1", "1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(proxies.client_of("2001:db8:7fff::1", "1.2.3.4"), "2001:db8:7fff::1");
}

TEST(TrustedProxies, AUnixSocketsPeerIsTrustedAsLoopbackIs) {
  EXPECT_EQ(trusting({"127.0.0.0/8"}).client_of("", "1.2.3.4"), "1.2.3.4");
  EXPECT_EQ(trusting({"127.0.0.0/8"}).client_of("", "what"), "");
}

TEST(TrustedProxies, AnEntryThatIsNeitherAddressNorNetworkIsNamed) {
  for (const char* entry :
       {"", "localhost", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/8x", "10.0.0.0/-1", "/8"}) {
    const auto proxies = TrustedProxies::parse({"127.0.0.1", entry});
    ASSERT_FALSE(proxies) << entry;
    EXPECT_EQ(proxies.error().code, core::ErrorCode::invalid);
    EXPECT_EQ(proxies.error().text, "server.trustedproxies: \"" + std::string(entry) +
                                        "\" is neither an IP address nor a network such as 10.0.0.0/8");
  }
}

}  // namespace
}  // namespace push::api
