#include "push/websocket/handshake.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::websocket {
namespace {

constexpr std::string_view kNotUsing = "websocket: the client is not using the websocket protocol: ";

Handshake good() {
  return {"GET", "Upgrade", "websocket", "13", "dGhlIHNhbXBsZSBub25jZQ=="};
}

std::string refusal(const Handshake& handshake) {
  return std::string(check_upgrade(handshake).value_or(""));
}

TEST(Handshake, APlainUpgradeIsAccepted) {
  EXPECT_EQ(check_upgrade(good()), std::nullopt);
  EXPECT_EQ(check_key(good()), std::nullopt);
}

TEST(Handshake, TokensAreFoundInListsWhateverTheirCase) {
  for (const std::string_view list : {"upgrade", "UPGRADE", "keep-alive, Upgrade", "keep-alive,upgrade,close",
                                      " \tUpgrade\t ", ",,upgrade", "upgrade,", "a, ,Upgrade"}) {
    Handshake handshake = good();
    handshake.connection = list;
    EXPECT_EQ(refusal(handshake), "") << list;
  }
  Handshake handshake = good();
  handshake.upgrade = "h2c, WebSocket";
  handshake.version = "8, 13";
  EXPECT_EQ(refusal(handshake), "");
}

TEST(Handshake, ConnectionWithoutTheTokenIsRefused) {
  for (const std::string_view list :
       {"", "close", "keep-alive", "upgrades", "upgrad", "no-upgrade", "up grade", ",", "keep-alive upgrade"}) {
    Handshake handshake = good();
    handshake.connection = list;
    EXPECT_EQ(refusal(handshake), std::string(kNotUsing) + "'upgrade' token not found in 'Connection' header") << list;
  }
}

TEST(Handshake, UpgradeWithoutTheTokenIsRefused) {
  for (const std::string_view list : {"", "h2c", "websocket2", "web socket"}) {
    Handshake handshake = good();
    handshake.upgrade = list;
    EXPECT_EQ(refusal(handshake), std::string(kNotUsing) + "'websocket' token not found in 'Upgrade' header") << list;
  }
}

TEST(Handshake, OtherMethodsAreRefused) {
  for (const std::string_view method : {"POST", "get", "HEAD", ""}) {
    Handshake handshake = good();
    handshake.method = method;
    EXPECT_EQ(refusal(handshake), std::string(kNotUsing) + "request method is not GET") << method;
  }
}

TEST(Handshake, OtherVersionsAreRefused) {
  for (const std::string_view version : {"", "8", "130", "1 3", "13.0", "-13"}) {
    Handshake handshake = good();
    handshake.version = version;
    EXPECT_EQ(refusal(handshake), "websocket: unsupported version: 13 not found in 'Sec-Websocket-Version' header")
        << version;
  }
}

TEST(Handshake, TheFirstOfSeveralFaultsIsNamed) {
  Handshake handshake{"POST", "", "", "", ""};
  EXPECT_EQ(refusal(handshake), std::string(kNotUsing) + "'upgrade' token not found in 'Connection' header");
  handshake.connection = "upgrade";
  EXPECT_EQ(refusal(handshake), std::string(kNotUsing) + "'websocket' token not found in 'Upgrade' header");
  handshake.upgrade = "websocket";
  EXPECT_EQ(refusal(handshake), std::string(kNotUsing) + "request method is not GET");
  handshake.method = "GET";
  EXPECT_EQ(refusal(handshake), "websocket: unsupported version: 13 not found in 'Sec-Websocket-Version' header");
}

TEST(Handshake, AKeyMustBeSixteenBytesInBase64) {
  for (const std::string_view key : {"AAAAAAAAAAAAAAAAAAAAAA==", "zz+/0123456789ABCDEFGw=="}) {
    Handshake handshake = good();
    handshake.key = key;
    EXPECT_EQ(check_key(handshake), std::nullopt) << key;
  }
  for (const std::string_view key :
       {"", "AAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAA==",
        "AAAAAAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAA==AAAA",
        "AAAAAAAAAA=AAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAA-==", "AAAAAAAAAAAAAAAAAAAAA_==", "AAAAAAAAAAAAAAAAAAAAA ==",
        "AAAAAAAAAAAAAAAAAAAAA\r==", "========================"}) {
    Handshake handshake = good();
    handshake.key = key;
    EXPECT_EQ(
        check_key(handshake),
        "websocket: not a websocket handshake: 'Sec-WebSocket-Key' header must be Base64 encoded value of 16-byte "
        "in length")
        << key;
  }
}

TEST(Handshake, TheAcceptValueIsTheOneOfRfc6455) {
  EXPECT_EQ(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");  // 1.3
}

TEST(Handshake, TheAnswerHasGotifysThreeHeadersOnly) {
  EXPECT_EQ(switching_protocols("dGhlIHNhbXBsZSBub25jZQ=="),
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

}  // namespace
}  // namespace push::websocket
