// Listing and deleting messages (protocol 4, A4).
#include "support/api_test.hpp"

namespace push::support {
namespace {

class Paging : public ApiTest {
 protected:
  void post(int count) {
    HttpClient http = poster();
    for (int i = 0; i < count; ++i) post_message(http, "m");
  }
  static std::vector<int> ids(const Answer& answer) {
    std::vector<int> all;
    const auto page = answer.json();
    for (const auto& message : page.at("messages")) all.push_back(message.at("id"));
    return all;
  }
  static std::string paging(const Answer& answer) { return answer.body.substr(0, answer.body.find(",\"messages\"")); }
  static void expect_refused(const Answer& answer, int status, const std::string& text) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.body, error_body(status, text));
  }
};

TEST_F(Paging, OfNothing) {
  HttpClient http = reader();
  EXPECT_EQ(http.get("/message").body, R"({"paging":{"size":0,"since":0,"limit":100},"messages":[]})");
}

TEST_F(Paging, WalksFromTheNewestToTheOldest) {
  post(17);
  HttpClient http = reader();
  Answer page = http.get("/message?limit=2");
  EXPECT_EQ(paging(page),
            R"({"paging":{"next":"http://localhost/message?limit=2\u0026since=16","size":2,"since":16,"limit":2})");
  EXPECT_EQ(ids(page), (std::vector<int>{17, 16}));
  page = http.get("/message?limit=2&since=3");
  EXPECT_EQ(paging(page), R"({"paging":{"size":2,"since":0,"limit":2})");
  EXPECT_EQ(ids(page), (std::vector<int>{2, 1}));
  EXPECT_EQ(ids(http.get("/message?since=2")), (std::vector<int>{1}));
  EXPECT_EQ(ids(http.get("/message?limit=1&limit=2")), (std::vector<int>{17}));
  EXPECT_EQ(http.get("/message?since=").status, 200);
  EXPECT_EQ(list_messages(http).size(), 17U);
}

TEST_F(Paging, NextNeverShowsTheToken) {
  post(2);
  const Answer page = nobody().get("/message?token=" + client_.token + "&limit=1");
  EXPECT_EQ(page.json().at("paging").at("next"), "http://localhost/message?limit=1&since=2");
}

// Scheme and host as the client knows them: a proxy's word counts only if it is trusted.
TEST_F(Paging, NextIsAbsoluteInTheSecondVersionOnly) {
  post(2);
  const auto next = [](HttpClient http, const Lines& headers = {}) {
    return http.get("/message?limit=1", headers).json().at("paging").at("next").get<std::string>();
  };
  const Lines forwarded = {"X-Forwarded-Proto: https", "X-Forwarded-Host: push.example:8443"};
  EXPECT_EQ(next(reader(), forwarded), "http://localhost/message?limit=1&since=2");
  server_.stop();
  server_.set("GOTIFY_SERVER_TRUSTEDPROXIES", "127.0.0.1");
  server_.start();
  EXPECT_EQ(next(reader(), forwarded), "https://push.example:8443/message?limit=1&since=2");
  EXPECT_EQ(next(reader(), {"X-Forwarded-Proto: ftp"}), "http://localhost/message?limit=1&since=2");
  server_.stop();
  server_.set("GOTIFY_COMPAT", "v3");
  server_.start();
  EXPECT_EQ(next(reader(), forwarded), "/message?limit=1&since=2");
}

// 40 MB of messages: no page of more than some MB, no message left out, and the memory of one page at a time.
TEST_F(Paging, OfLargeMessagesEndsEarly) {
  HttpClient http = poster();
  const std::string large(1'000'000, 'x');
  for (int i = 0; i < 40; ++i) post_message(http, large);
  for (const std::string& path :
       {std::string("/message"), "/application/" + std::to_string(application_.id) + "/message"}) {
    HttpClient owner = reader();
    std::vector<int> all;
    for (std::string since = "0"; all.size() < 40;) {
      const Answer page = owner.get(path + "?limit=200&since=" + since);
      ASSERT_EQ(page.status, 200);
      EXPECT_LT(page.body.size(), 4'300'000U);
      for (const int id : ids(page)) all.push_back(id);
      const auto paging = page.json().at("paging");
      if (!paging.contains("next")) break;
      since = std::to_string(paging.at("since").get<int>());
    }
    ASSERT_EQ(all.size(), 40U) << path;
    for (int i = 0; i < 40; ++i) EXPECT_EQ(all[static_cast<std::size_t>(i)], 40 - i) << path;
  }
}

TEST_F(Paging, RefusesLimitsAndIdsThatAreNone) {
  HttpClient http = reader();
  const std::string least = "Field 'limit' must be more or equal to 1";
  for (const char* value : {"0", "-1", ""}) {
    expect_refused(http.get(std::string("/message?limit=") + value), 400, least);
  }
  expect_refused(http.get("/message?limit=201"), 400, "Field 'limit' must be less or equal to 200");
  expect_refused(http.get("/message?limit=abc"), 400, R"(strconv.ParseInt: parsing \"abc\": invalid syntax)");
  expect_refused(http.get("/message?limit=1.5"), 400, R"(strconv.ParseInt: parsing \"1.5\": invalid syntax)");
  expect_refused(http.get("/message?since=-1"), 400, R"(strconv.ParseUint: parsing \"-1\": invalid syntax)");
  expect_refused(http.get("/message?since=18446744073709551616"), 400,
                 R"(strconv.ParseUint: parsing \"18446744073709551616\": value out of range)");
}

TEST_F(Paging, OfOneApplication) {
  post(3);
  HttpClient http = reader();
  const Created other = create_application(http, "other");
  HttpClient second = server_.http(other.key());
  post_message(second, "m");
  EXPECT_EQ(ids(http.get("/application/1/message")), (std::vector<int>{3, 2, 1}));
  EXPECT_EQ(ids(http.get("/application/2/message")), (std::vector<int>{4}));
  EXPECT_EQ(
      paging(http.get("/application/001/message?limit=1")),
      R"({"paging":{"next":"http://localhost/application/001/message?limit=1\u0026since=3","size":1,"since":3,"limit":1})");
  expect_refused(http.get("/application/99/message"), 404, "application does not exist");
  expect_refused(http.get("/application/99/message?limit=0"), 400, "Field 'limit' must be more or equal to 1");
  for (const char* id : {"abc", "-1", "+1", "18446744073709551616"}) {
    expect_refused(http.get("/application/" + std::string(id) + "/message"), 400, "invalid id");
  }
  expect_refused(http.get("/application/0/message"), 404, "application does not exist");
  expect_refused(http.request("DELETE", "/application/99/message"), 404, "application does not exists");
}

TEST_F(Paging, DeletingLeavesAGapForGood) {
  post(3);
  HttpClient http = reader();
  const Answer gone = http.request("DELETE", "/message/3");
  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(gone.body, "");
  EXPECT_EQ(gone.header("Content-Length"), "0");
  EXPECT_EQ(gone.header("Content-Type"), "application/json");
  expect_refused(http.request("DELETE", "/message/3"), 404, "message does not exist");
  EXPECT_EQ(http.request("DELETE", "/message").status, 200);
  EXPECT_EQ(http.request("DELETE", "/message").status, 200) << "also when there is none";
  EXPECT_EQ(list_messages(http).size(), 0U);
  post(1);
  EXPECT_EQ(ids(http.get("/message")), (std::vector<int>{4}));
}

TEST_F(Paging, ShowsNothingOfOtherUsers) {
  post(2);
  ASSERT_EQ(server_.stop(), 0);
  const Account other = seed_users(server_, 1).front();
  server_.start();
  HttpClient http = server_.http(other.basic());
  EXPECT_EQ(list_messages(http).size(), 0U);
  expect_refused(http.get("/application/1/message"), 404, "application does not exist");
  expect_refused(http.request("DELETE", "/application/1/message"), 404, "application does not exists");
  expect_refused(http.request("DELETE", "/message/1"), 404, "message does not exist");
  expect_refused(http.post("/message", kJson, R"({"message":"m","appid":1})"), 400, "appid not found");
  EXPECT_EQ(http.request("DELETE", "/message").status, 200);
  EXPECT_EQ(http.get("/application").body, "[]");
  EXPECT_EQ(http.get("/client").body, "[]");
  HttpClient owner = reader();
  EXPECT_EQ(list_messages(owner).size(), 2U);
}

}  // namespace
}  // namespace push::support
