// Streams with events: what one device deletes or reads is gone on the others at once, and after they were away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "support/api_test.hpp"

namespace push::support {
namespace {

using nlohmann::json;

class StreamEvents : public ApiTest {
 protected:
  StreamClient open(const std::string& query) const {
    return StreamClient::open(server_.address(), client_.key(), {.target = "/stream?events=1" + query});
  }
  static json next(StreamClient& stream) { return json::parse(stream.next_message()); }
  // A store may have numbered others before the first.
  std::uint64_t newest_event() const {
    StreamClient probe = open("");
    return next(probe).at("event_id").get<std::uint64_t>();
  }
  json opening(std::uint64_t head, std::uint64_t event, bool complete) const {
    return {{"event", "open"}, {"head", head}, {"event_id", event}, {"epoch", epoch()}, {"complete", complete}};
  }
  std::string epoch() const {
    HttpClient http = reader();
    return http.get("/stream?transport=poll&timeout=0&since_id=latest").header("Gotify-Stream-Epoch");
  }
  std::uint64_t post(const std::string& text) {
    HttpClient http = poster();
    return id_of(post_message(http, text));
  }
  void act(const std::string& method, const std::string& path, const std::string& body = {}) {
    HttpClient http = reader();
    EXPECT_EQ(http.request(method, path, {"Content-Type: application/json"}, body).status, 200) << path;
  }
  void act_as_owner(const std::string& method, const std::string& path, const std::string& body = {}) {
    HttpClient http = server_.http(admin().basic());
    EXPECT_EQ(http.request(method, path, {"Content-Type: application/json"}, body).status, 200) << path;
  }
};

TEST_F(StreamEvents, DevicesHearOfMessagesDeletionsAndReads) {
  const std::uint64_t first = post("1");
  const std::uint64_t before = newest_event();
  StreamClient phone = open(""), desktop = open("");
  for (StreamClient* device : {&phone, &desktop}) {
    EXPECT_EQ(next(*device), opening(first, before, true));
  }
  const std::uint64_t second = post("2"), third = post("3");
  act("DELETE", "/message/" + std::to_string(first));
  act("POST", "/message/read", R"({"ids":[)" + std::to_string(second) + "]}");
  act("DELETE", "/application/" + std::to_string(application_.id) + "/message");
  for (StreamClient* device : {&phone, &desktop}) {
    for (const std::uint64_t id : {second, third}) {
      const json message = next(*device);
      EXPECT_EQ(message.at("event"), "message");
      EXPECT_EQ(message.at("message").at("id"), id);
    }
    std::uint64_t id = before;
    for (json expected : {json({{"event", "delete"}, {"ids", {first}}}), json({{"event", "read"}, {"ids", {second}}}),
                          json({{"event", "delete"}, {"upTo", third}, {"appid", application_.id}})}) {
      const json event = next(*device);
      EXPECT_GT(event.at("event_id"), std::exchange(id, event.at("event_id").get<std::uint64_t>()));
      expected["event_id"] = id;
      EXPECT_EQ(event, expected);
    }
  }
}

TEST_F(StreamEvents, WhatArrivesMeanwhileOutlivesADeletionUpToAnId) {
  const std::uint64_t first = post("1"), second = post("2"), third = post("3"), fourth = post("4");
  StreamClient device = open("");
  EXPECT_EQ(next(device).at("event"), "open");
  const auto heard = [&device](json expected) {
    json event = next(device);
    expected["event_id"] = event.at("event_id");
    EXPECT_EQ(event, expected);
  };
  act("DELETE", "/message?upto=" + std::to_string(first));
  heard({{"event", "delete"}, {"upTo", first}});
  act("DELETE", "/application/" + std::to_string(application_.id) + "/message?upto=" + std::to_string(second));
  heard({{"event", "delete"}, {"upTo", second}, {"appid", application_.id}});
  act("POST", "/message/delete", json({{"ids", {third, first}}}).dump());
  heard({{"event", "delete"}, {"ids", {third}}});
  HttpClient http = reader();
  const json left = list_messages(http);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].at("id"), fourth);
}

TEST_F(StreamEvents, WhoWasAwayHearsOfThemLaterAlsoAfterARestart) {
  const std::uint64_t first = post("1"), second = post("2");
  act("DELETE", "/message/" + std::to_string(first));
  const std::uint64_t deletion = newest_event();
  server_.stop();
  server_.start();
  StreamClient stream = open("&since_id=" + std::to_string(first) + "&since_event=0");
  EXPECT_EQ(next(stream), opening(second, 0, true));
  EXPECT_EQ(next(stream), json({{"event", "delete"}, {"event_id", deletion}, {"ids", {first}}}));
  EXPECT_EQ(next(stream).at("message").at("id"), second);
  StreamClient future = open("&since_id=" + std::to_string(second) + "&since_event=" + std::to_string(deletion + 9));
  EXPECT_EQ(next(future), opening(second, deletion, false));
  const std::uint64_t third = post("3");
  EXPECT_EQ(next(future).at("message").at("id"), third) << "it is live";
}

TEST_F(StreamEvents, WhoComesBackToARestoredDatabaseIsToldSo) {
  const std::uint64_t first = post("1");
  server_.stop();
  const std::filesystem::path file = server_.database_path();
  const std::filesystem::path copy = std::filesystem::path(server_.directory()) / "copy.db";
  std::filesystem::copy_file(file, copy);
  server_.start();
  const std::string lost = epoch();
  const std::uint64_t second = post("2");
  server_.stop();
  std::filesystem::copy_file(copy, file, std::filesystem::copy_options::overwrite_existing);
  server_.start();
  EXPECT_EQ(post("another 2"), second);
  const auto complete = [this](std::uint64_t seen, const std::string& in) {
    HttpClient http = reader();
    const auto query = "&since_id=" + std::to_string(seen) + (in.empty() ? "" : "&epoch=" + in);
    const Answer answer = http.get("/stream?transport=poll&timeout=0" + query);
    return answer.status == 204 || answer.json().at("complete") == true;
  };
  EXPECT_FALSE(complete(second, lost));
  EXPECT_TRUE(complete(second, epoch()));
  EXPECT_TRUE(complete(first, ""));
}

TEST_F(StreamEvents, DevicesHearThatAListHasChanged) {
  StreamClient stream = open("");
  EXPECT_EQ(next(stream).at("event"), "open");
  HttpClient owner = server_.http(admin().basic());
  const Created application = create_application(owner, "new");
  EXPECT_EQ(next(stream), json({{"event", "application"}, {"id", application.id}, {"change", "added"}}));
  act_as_owner("PUT", "/application/" + std::to_string(application.id), R"({"name":"renamed"})");
  EXPECT_EQ(next(stream), json({{"event", "application"}, {"id", application.id}, {"change", "changed"}}));
  act_as_owner("DELETE", "/application/" + std::to_string(application.id));
  EXPECT_EQ(next(stream), json({{"event", "application"}, {"id", application.id}, {"change", "deleted"}}));
  const Created client = create_client(owner, "other");
  EXPECT_EQ(next(stream), json({{"event", "client"}, {"id", client.id}, {"change", "added"}}));
}

TEST_F(StreamEvents, AStockClientSeesNothingOfIt) {
  StreamClient stock = stream();
  const std::uint64_t first = post("1");
  EXPECT_EQ(id_of(stock.next_message()), first);
  act("DELETE", "/message/" + std::to_string(first));
  act("POST", "/message/read", R"({"upTo":1})");
  HttpClient owner = server_.http(admin().basic());
  create_application(owner, "new");
  const std::uint64_t second = post("2");
  EXPECT_EQ(id_of(stock.next_message()), second);
}

}  // namespace
}  // namespace push::support
