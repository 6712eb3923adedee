#include "push/core/address.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::core {
namespace {

std::string text_of(std::string_view text) {
  const auto address = Address::parse(text);
  return address ? address->text() : "none";
}

bool contains(std::string_view network, std::string_view address) {
  return Network::parse(network).value().contains(Address::parse(address).value());
}

TEST(Address, IsReadAndWrittenInTheShortestForm) {
  EXPECT_EQ(text_of("10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(text_of("2001:DB8:0::0001"), "2001:db8::1");
  EXPECT_EQ(text_of("::"), "::");
  EXPECT_EQ(text_of("::ffff:10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(text_of("::ffff:a00:1"), "10.0.0.1");
  for (const char* wrong : {"", "localhost", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "1.2.3.4:80", "[::1]",
                            " ::1", "::1 ", "fe80::1%eth0", "1.2.3.4%1", "10.0.0.0/8", "12345::", ":::"}) {
    EXPECT_EQ(text_of(wrong), "none") << wrong;
  }
  EXPECT_EQ(text_of(std::string_view("10.0.0.1\0x", 10)), "none");
}

TEST(Address, KnowsItsKind) {
  EXPECT_TRUE(Address::parse("1.2.3.4")->is_v4());
  EXPECT_TRUE(Address::parse("::ffff:1.2.3.4")->is_v4());
  EXPECT_FALSE(Address::parse("::1.2.3.4")->is_v4());
  for (const char* loopback : {"127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(Address::parse(loopback)->is_loopback()) << loopback;
  }
  for (const char* other : {"0.0.0.0", "::", "192.168.0.1", "128.0.0.1", "::2"}) {
    EXPECT_FALSE(Address::parse(other)->is_loopback()) << other;
  }
}

TEST(Network, ContainsWhatSharesItsPrefix) {
  EXPECT_TRUE(contains("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(contains("10.1.2.3/8", "10.9.9.9"));
  EXPECT_TRUE(contains("172.16.0.0/12", "172.31.255.255"));
  EXPECT_FALSE(contains("172.16.0.0/12", "172.32.0.0"));
  EXPECT_TRUE(contains("2001:db8:8000::/33", "2001:db8:ffff::1"));
  EXPECT_FALSE(contains("2001:db8:8000::/33", "2001:db8:7fff::1"));
  EXPECT_TRUE(contains("192.168.1.1", "192.168.1.1"));
  EXPECT_FALSE(contains("192.168.1.1", "192.168.1.2"));
  EXPECT_TRUE(contains("10.0.0.0/08", "10.1.1.1"));
}

TEST(Address, OfNetworksThatManyShareIsPrivate) {
  for (const char* shared : {"10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "169.254.0.1",
                             "100.64.0.1", "100.127.255.255", "fc00::1", "fdff::1", "fe80::1", "::ffff:10.0.0.1"}) {
    EXPECT_TRUE(Address::parse(shared)->is_private()) << shared;
  }
  for (const char* own : {"9.255.255.255", "11.0.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1", "100.63.0.1",
                          "100.128.0.1", "1.2.3.4", "2001:db8::1", "fec0::1", "127.0.0.1", "::1"}) {
    EXPECT_FALSE(Address::parse(own)->is_private()) << own;
  }
}

TEST(Address, OneSiteIsAnIpv4AddressOrAnIpv6Network) {
  const auto site = [](const char* text) { return Address::parse(text)->site(); };
  EXPECT_EQ(site("10.1.2.3"), site("::ffff:10.1.2.3"));
  EXPECT_NE(site("10.1.2.3"), site("10.1.2.4"));
  EXPECT_EQ(site("2001:db8:1:2::1"), site("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(site("2001:db8:1:2::1"), site("2001:db8:1:3::1"));
}

TEST(Network, Ipv4IsTheSameWhenItIsMappedAndNoPartOfIpv6) {
  EXPECT_TRUE(contains("::ffff:10.0.0.1", "10.0.0.1"));
  EXPECT_TRUE(contains("::ffff:10.0.0.0/104", "10.2.2.2"));
  EXPECT_TRUE(contains("0.0.0.0/0", "1.2.3.4"));
  EXPECT_FALSE(contains("0.0.0.0/0", "::1"));
  EXPECT_TRUE(contains("::/0", "::1"));
  EXPECT_FALSE(contains("::/0", "1.2.3.4"));
}

TEST(Network, IsAnAddressWithAPrefixThatFits) {
  for (const char* wrong : {"", "/8", "localhost/8", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/8x",
                            "10.0.0.0/-1", "10.0.0.0/+1", "10.0.0.0/8/8", "10.0.0.0/8 ", "[::1]", "[::]/8",
                            "fe80::1%eth0/64", "fe80::1%1/64", "10.0.0.0/4294967304"}) {
    EXPECT_FALSE(Network::parse(wrong)) << wrong;
  }
}

TEST(Authority, IsAHostWithOrWithoutAPort) {
  for (const char* good : {"push", "push.example:8443", "192.0.2.1:", "[2001:db8::1]", "[::1]:80", "a_b-c~%41"}) {
    EXPECT_TRUE(is_authority(good)) << good;
  }
  for (const char* bad :
       {"", ":80", "[]", "[::1", "[::1]x", "push:80a", "push:-1", "user@push", "a b", "a/b", "b\u00FCcher"}) {
    EXPECT_FALSE(is_authority(bad)) << bad;
  }
}

}  // namespace
}  // namespace push::core
