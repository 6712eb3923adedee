// Pipelines of all kinds of requests, which arrive in random pieces while answers come late and the peer reads slowly:
// the answers are always the same.
#include <gtest/gtest.h>

#include <random>

#include "net/http_session_fixture.hpp"

namespace push::net {
namespace {

struct RandomHttpSession : HttpSessionTest {
  std::mt19937 random;
  std::string input;
  std::string expected;

  std::size_t below(std::size_t limit) { return random() % limit; }

  void add(const std::string& request, const std::string& answer) {
    static const std::vector<std::string> kBetween = {"", "", "\r\n", "\n\r\n"};
    input += kBetween[below(kBetween.size())] + request;
    expected += answer;
  }
  static std::string chunks(const std::string& body) {
    if (body.empty()) return "0\r\n\r\n";
    const std::string half = body.substr(0, body.size() / 2);
    const auto chunk = [](const std::string& part) {
      char size[20];
      std::snprintf(size, sizeof size, "%zx;x\r\n", part.size());
      return part.empty() ? "" : size + part + "\r\n";
    };
    return chunk(half) + chunk(body.substr(half.size())) + "0\r\n\r\n";
  }
  void add_any() {
    const std::string body(below(3) == 0 ? below(9000) : below(20), 'x');
    const std::string target = std::vector<std::string>{"/a", "/later", "/refused"}[below(3)];
    const std::string refused = head_of("401 Unauthorized", 12) + "who are you?";
    const std::string got = target == "/refused" ? refused
                            : target == "/later" ? ok("late")
                                                 : ok("POST " + target + " " + body);
    switch (below(5)) {
      case 0:
        return add(get("/a"), ok("GET /a "));
      case 1:
        return add("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n", head_of("200 OK", 8));
      case 2:
        return add(post(target, "Transfer-Encoding: chunked") + chunks(body), got);
      case 3:
        if (target != "/refused") {
          const std::string length = std::to_string(body.size());
          return add(post(target, "Expect: 100-continue\r\nContent-Length: " + length) + body, got);
        }
        [[fallthrough]];
      default:
        return add(post(target, body.size()) + body, got);
    }
  }

  bool answer_one() {
    if (replies.empty()) return false;
    requests.clear();
    answer_later("late");
    return true;
  }
  void arrive_somehow() {
    pipe.room = below(2) == 0 ? std::string::npos : below(300);
    for (std::size_t at = 0; at < input.size();) {
      const std::size_t size = 1 + (below(2) == 0 ? below(40) : below(5000));
      pipe.send(std::string_view(input).substr(at, size));
      at += size;
      if (pipe.room != std::string::npos && below(3) == 0) pipe.take(below(400));
      if (below(2) == 0) answer_one();
    }
    if (below(2) == 0) pipe.end();
  }
  void finish() {
    do {
      if (pipe.room != std::string::npos) pipe.take(1 << 20);
      pipe.deliver();
    } while (answer_one() || (pipe.writer != nullptr && session != nullptr));
    pipe.deliver();
  }
};

TEST_F(RandomHttpSession, AnswersTheSameHoweverItArrives) {
  const std::string told = "HTTP/1.1 100 Continue\r\n\r\n";
  for (unsigned seed = 0; seed < 2000; ++seed) {
    SCOPED_TRACE(seed);
    random.seed(seed);
    input = expected = "";
    for (std::size_t count = 1 + below(8); count > 0; --count) add_any();
    pipe = Pipe();
    begin(this);
    arrive_somehow();
    finish();
    std::string got = received();
    for (std::size_t at = got.find(told); at != std::string::npos; at = got.find(told)) got.erase(at, told.size());
    ASSERT_EQ(got, expected) << input;
    ASSERT_EQ(pipe.closed, pipe.ended);
    ASSERT_EQ(budget.used() + strangers.used(), 0U);
    if (session != nullptr) held()->abort();
  }
}

}  // namespace
}  // namespace push::net
