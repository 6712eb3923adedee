#include "webpush/payload.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "push/model/json.hpp"
#include "webpush/encryption.hpp"

namespace push::webpush {
namespace {

model::Message message(std::string text) {
  model::Message made;
  made.id = core::MessageId{7};
  made.application = core::ApplicationId{3};
  made.message = std::move(text);
  made.title = "title";
  made.priority = 5;
  made.date = core::WallTime(std::chrono::seconds(1'800'000'000));
  return made;
}

std::string json_of(const model::Message& it) {
  std::string out;
  model::append_json(out, it);
  return out;
}

nlohmann::json read(const std::string& text) {
  return nlohmann::json::parse(text);
}

TEST(WebPushPayload, IsTheJsonThatClientsReadIfItFits) {
  model::Message whole = message("text");
  whole.extras = R"({"a":1})";
  EXPECT_EQ(payload_of(whole), json_of(whole));
  whole.message += std::string(kMaxPayload - json_of(whole).size(), 'x');
  EXPECT_EQ(payload_of(whole), json_of(whole));
  EXPECT_EQ(payload_of(whole).size(), kMaxPayload);
}

TEST(WebPushPayload, ExtrasGoFirst) {
  model::Message large = message("text");
  large.extras = R"({"a":")" + std::string(kMaxPayload, 'x') + R"("})";
  const auto cut = read(payload_of(large));
  EXPECT_EQ(cut.count("extras"), 0U);
  EXPECT_EQ(cut["truncated"], true);
  EXPECT_EQ(cut["message"], "text");
  EXPECT_EQ(cut["title"], "title");
}

TEST(WebPushPayload, ThenTheMessageIsCutToWhatFits) {
  const std::string payload = payload_of(message(std::string(100'000, 'x')));
  EXPECT_EQ(payload.size(), kMaxPayload);
  EXPECT_EQ(read(payload)["truncated"], true);
  EXPECT_EQ(read(payload)["id"], 7);
}

TEST(WebPushPayload, NoCharacterIsCutInTwo) {
  for (std::size_t before = 0; before < 4; ++before) {
    std::string text(before, 'x');
    for (int i = 0; i < 3000; ++i) text += "\xF0\x9F\x98\x80";
    const std::string payload = payload_of(message(text));
    EXPECT_LE(payload.size(), kMaxPayload);
    EXPECT_GT(payload.size(), kMaxPayload - 4);
    const std::string cut = read(payload)["message"];
    EXPECT_EQ(cut, text.substr(0, cut.size()));
    EXPECT_EQ((cut.size() - before) % 4, 0U);
  }
}

TEST(WebPushPayload, EscapesCount) {
  const std::string payload = payload_of(message(std::string(5000, '\x01')));
  EXPECT_LE(payload.size(), kMaxPayload);
  EXPECT_GT(payload.size(), kMaxPayload - 6);
  EXPECT_EQ(read(payload)["truncated"], true);
}

TEST(WebPushPayload, ALongTitleLeavesRoomForNothingElse) {
  model::Message titled = message("text");
  titled.title = std::string(100'000, '\x01');
  const std::string payload = payload_of(titled);
  EXPECT_LE(payload.size(), kMaxPayload);
  EXPECT_EQ(read(payload)["title"].get<std::string>(), std::string(512, '\x01'));
  EXPECT_EQ(read(payload)["message"], "text");
}

TEST(WebPushPayload, UrgencyFollowsThePriority) {
  EXPECT_STREQ(urgency_of(-1), "very-low");
  EXPECT_STREQ(urgency_of(0), "very-low");
  EXPECT_STREQ(urgency_of(1), "low");
  EXPECT_STREQ(urgency_of(3), "low");
  EXPECT_STREQ(urgency_of(4), "normal");
  EXPECT_STREQ(urgency_of(7), "normal");
  EXPECT_STREQ(urgency_of(8), "high");
}

}  // namespace
}  // namespace push::webpush
