#include "push/webpush/endpoints.hpp"

#include <gtest/gtest.h>

namespace push::webpush {
namespace {

std::string origin(const Endpoints& endpoints, std::string_view url) {
  const auto allowed = endpoints.check(url);
  return allowed ? allowed->origin : "refused: " + allowed.error().text;
}

TEST(WebPushEndpoints, TheKnownServicesAreAllowed) {
  const Endpoints known;
  EXPECT_EQ(origin(known, "https://fcm.googleapis.com/fcm/send/abc"), "https://fcm.googleapis.com");
  EXPECT_EQ(origin(known, "https://updates.push.services.mozilla.com/wpush/v2/x"),
            "https://updates.push.services.mozilla.com");
  EXPECT_EQ(origin(known, "https://eu.push.services.mozilla.com/x"), "https://eu.push.services.mozilla.com");
  EXPECT_EQ(origin(known, "https://db5p.notify.windows.com/w/?token=a%2b"), "https://db5p.notify.windows.com");
  EXPECT_EQ(origin(known, "https://web.push.apple.com/QAbc"), "https://web.push.apple.com");
  EXPECT_EQ(origin(known, "HTTPS://FCM.googleapis.com:443/x"), "https://fcm.googleapis.com");
}

TEST(WebPushEndpoints, NothingElseIs) {
  const Endpoints known;
  for (const char* url : {"http://fcm.googleapis.com/x",
                          "https://fcm.googleapis.com:8443/x",
                          "https://fcm.googleapis.com.example.org/x",
                          "https://example.org/fcm.googleapis.com",
                          "https://xfcm.googleapis.com/x",
                          "https://push.apple.com/x",
                          "https://evilpush.apple.com/x",
                          "https://u@fcm.googleapis.com/x",
                          "https://fcm.googleapis.com@example.org/x",
                          "https://example.org#@fcm.googleapis.com/x",
                          "https://example.org\\@fcm.googleapis.com/x",
                          "https://fcm.googleapis.com:/x",
                          "https://fcm.googleapis.com:0/x",
                          "https://fcm.googleapis.com:99999/x",
                          "https://fcm.googleapis.com/a b",
                          "https://fcm.googleapis.com/a\r\nb",
                          "https://fcm.googleapis.com%2f/x",
                          "https://127.0.0.1/x",
                          "https://[::1]/x",
                          "file:///etc/passwd",
                          "fcm.googleapis.com",
                          "",
                          "https://"}) {
    EXPECT_FALSE(known.check(url)) << url;
  }
  EXPECT_FALSE(known.check("https://fcm.googleapis.com/" + std::string(Endpoints::kMaxUrl, 'x')));
}

TEST(WebPushEndpoints, ARefusalNamesTheServiceAndTheKeyButNotTheUrl) {
  EXPECT_EQ(origin(Endpoints(), "https://push.example.org/secret"),
            "refused: the push service push.example.org is not allowed on this server; an administrator can add it to "
            "webpush.endpoints");
}

TEST(WebPushEndpoints, TheListCanBeExtended) {
  const Endpoints more({"push.example.org", "*.example.net", "http://127.0.0.1:8090", "https://[::1]:9443"});
  EXPECT_EQ(origin(more, "https://push.example.org/x"), "https://push.example.org");
  EXPECT_EQ(origin(more, "https://a.b.example.net/x"), "https://a.b.example.net");
  EXPECT_EQ(origin(more, "http://127.0.0.1:8090/x"), "http://127.0.0.1:8090");
  EXPECT_EQ(origin(more, "https://[0:0::1]:9443/x"), "https://[::1]:9443");
  EXPECT_FALSE(more.check("https://example.net/x"));
  EXPECT_FALSE(more.check("http://push.example.org/x"));
  EXPECT_FALSE(more.check("http://127.0.0.1:8091/x"));
  EXPECT_TRUE(more.check("http://127.0.0.1:8090/x")->any_address);
  EXPECT_FALSE(more.check("https://push.example.org/x")->any_address);
  EXPECT_TRUE(more.check("https://fcm.googleapis.com/x")) << "the known ones stay";
}

TEST(WebPushEndpoints, OnlyAddressesOfTheInternetArePublic) {
  for (const char* text : {"8.8.8.8", "2a00:1450::1", "::ffff:8.8.8.8"}) {
    EXPECT_TRUE(is_public(*core::Address::parse(text))) << text;
  }
  for (const char* text : {"127.0.0.1",       "127.9.9.9",  "10.1.2.3", "172.16.0.1",      "192.168.1.1",
                           "169.254.169.254", "100.64.0.1", "0.0.0.0",  "224.0.0.1",       "255.255.255.255",
                           "198.18.0.1",      "::1",        "::",       "::127.0.0.1",     "::ffff:127.0.0.1",
                           "fe80::1",         "fd00::1",    "ff02::1",  "64:ff9b::7f00:1", "2002:7f00:1::1",
                           "2001::1"}) {
    EXPECT_FALSE(is_public(*core::Address::parse(text))) << text;
  }
}

}  // namespace
}  // namespace push::webpush
