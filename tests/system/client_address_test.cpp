// The client's address in the log, which fail2ban reads (protocol 5.3, 6.4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using testing::HasSubstr;
using testing::Not;

class ClientAddress : public ApiTest {
 protected:
  void SetUp() override {}

  // The log line of a request that is refused, from its address on.
  std::string logged(const Lines& headers, const std::string& target = "/current/user") {
    const std::size_t before = server_.log().size();
    EXPECT_EQ(nobody().get(target, headers).status, 401);
    std::string line;
    EXPECT_TRUE(eventually([&] {
      line = server_.log().substr(before);
      return line.find(" status=401\n") != std::string::npos;
    }));
    const std::size_t at = line.find(" ip=");
    return at == std::string::npos ? line : line.substr(at + 1);
  }
  static std::string line(const std::string& ip) { return "ip=" + ip + " method=GET path=/current/user status=401\n"; }
};

TEST_F(ClientAddress, IsThePeersUnlessAProxyIsTrusted) {
  start({});
  EXPECT_EQ(logged({}), line("127.0.0.1"));
  EXPECT_EQ(logged({"X-Forwarded-For: 192.0.2.1"}), line("127.0.0.1"));
  EXPECT_EQ(logged({}, "/current/user?%74oken=Csecret"),
            "ip=127.0.0.1 method=GET path=/current/user?%74oken=[masked] status=401\n");
}

TEST_F(ClientAddress, IsTheRightmostUntrustedHop) {
  start({{"GOTIFY_SERVER_TRUSTEDPROXIES", "[127.0.0.0/8, 10.0.0.1]"}});
  EXPECT_EQ(logged({}), line("127.0.0.1"));
  EXPECT_EQ(logged({"X-Forwarded-For: 198.51.100.7, 192.0.2.1, 10.0.0.1"}), line("192.0.2.1"));
  EXPECT_EQ(logged({"X-Forwarded-For: 198.51.100.7", "X-Forwarded-For: 192.0.2.1"}), line("192.0.2.1"))
      << "a proxy that adds a line of its own";
  EXPECT_EQ(logged({"X-Forwarded-For: 192.0.2.1, rubbish"}), line("127.0.0.1"));
}

TEST_F(ClientAddress, OfAUnixSocketsPeerIsNil) {
  const std::string listen = "unix:" + server_.directory() + "/socket";
  start({{"GOTIFY_SERVER_LISTENADDR", listen}, {"GOTIFY_SERVER_TRUSTEDPROXIES", "[127.0.0.1]"}});
  EXPECT_EQ(logged({}), line("nil"));
  EXPECT_EQ(logged({"X-Forwarded-For: 192.0.2.1"}), line("192.0.2.1"));
}

TEST_F(ClientAddress, AWrongProxyStopsTheStart) {
  const Completed completed = run_program({},
                                          {{"GOTIFY_DATABASE_CONNECTION", server_.database_path()},
                                           {"GOTIFY_PASSSTRENGTH", "4"},
                                           {"GOTIFY_SERVER_LISTENADDR", "127.0.0.1"},
                                           {"GOTIFY_SERVER_PORT", std::to_string(free_port())},
                                           {"GOTIFY_SERVER_TRUSTEDPROXIES", "[10.0.0.0/33]"}},
                                          server_.directory());
  EXPECT_NE(completed.code, 0);
  EXPECT_THAT(completed.err, HasSubstr("10.0.0.0/33"));
}

// What net answers itself: bytes that are no request, and requests that are not taken.
TEST_F(ClientAddress, IsKnownOfWhatIsNoRequest) {
  start({{"GOTIFY_LOGLEVEL", "debug"}, {"GOTIFY_SERVER_TRUSTEDPROXIES", "[127.0.0.1]"}});
  const auto rejected = [this](const std::string& bytes) {
    const std::size_t before = server_.log().size();
    HttpClient stranger = nobody();
    stranger.write(bytes);
    stranger.read();
    std::string line;
    EXPECT_TRUE(eventually([&] {
      line = server_.log().substr(before);
      return line.ends_with("\"\n");
    })) << line;
    line.erase(0, line.rfind('\n', line.size() - 2) + 1);  // lines of before may come late
    return line.substr(line.find(' ') + 1);
  };
  const std::string forwarded = "\r\nX-Forwarded-For: 192.0.2.1\r\n";
  EXPECT_EQ(rejected("nonsense" + forwarded + "\r\n"),
            "DBG HTTP rejected ip=127.0.0.1 status=400 error=\"malformed HTTP request: bad method\"\n")
      << "where a proxy would have said it, nobody can know";
  EXPECT_EQ(rejected("GET /version?token=" + client_.token + " HTTP/1.1" + forwarded + "\r\n"),
            "DBG HTTP rejected ip=192.0.2.1 method=GET path=/version?token=[masked] status=400 "
            "error=\"malformed HTTP request: missing Host\"\n");
  EXPECT_EQ(rejected("GET /version HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip" + forwarded + "\r\n"),
            "DBG HTTP rejected ip=192.0.2.1 method=GET path=/version status=501 "
            "error=\"unsupported transfer coding\"\n");
  EXPECT_EQ(rejected("POST /client HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n" + client_.key().front() +
                     forwarded + "\r\n"),
            "DBG HTTP rejected ip=192.0.2.1 method=POST path=/client status=413 "
            "error=\"request body is larger than 65536 bytes\"\n");
}

TEST_F(ClientAddress, StreamsAreLoggedAsOtherRequestsAre) {
  start({{"GOTIFY_LOGLEVEL", "debug"}});
  const StreamClient::Options with_token{"/stream?token=" + client_.token, 0};
  const StreamClient listener = StreamClient::open(server_.address(), {}, with_token);
  EXPECT_EQ(reader().get("/stream").status, 400);
  EXPECT_EQ(server_.stop(), 0);  // the log is whole
  EXPECT_THAT(server_.log(), HasSubstr(" ip=127.0.0.1 method=GET path=/stream?token=[masked] status=101\n"));
  EXPECT_THAT(server_.log(), HasSubstr(" ip=127.0.0.1 method=GET path=/stream status=400\n"));
  EXPECT_THAT(server_.log(), Not(HasSubstr(client_.token)));
}

}  // namespace
}  // namespace push::support
