#include "push/stream/message.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "push/websocket/frame.hpp"

namespace push::stream {
namespace {

using core::ApplicationId;
using core::MessageId;
using core::UserId;

Message message(std::string_view json) {
  return {MessageId{12}, ApplicationId{3}, UserId{7}, json};
}

TEST(Message, KnowsItsIdsAndItsJson) {
  const Message one = message(R"({"id":12})");
  EXPECT_EQ(one.id(), MessageId{12});
  EXPECT_EQ(one.application(), ApplicationId{3});
  EXPECT_EQ(one.user(), UserId{7});
  EXPECT_EQ(one.json(), R"({"id":12})");
}

TEST(Message, TheWebSocketFrameIsATextFrameOfTheJsonAndANewline) {
  EXPECT_EQ(message("{}").encoded(Encoding::websocket), "\x81\x03{}\n");
  for (const std::size_t size : {124U, 125U, 126U, 65534U, 65535U, 70000U}) {
    const std::string json(size, 'j');
    const Message one = message(json);
    const std::string_view frame = one.encoded(Encoding::websocket);
    EXPECT_EQ(frame.substr(0, frame.size() - size - 1),
              websocket::server_header(websocket::Opcode::text, size + 1).view());
    EXPECT_EQ(frame.substr(frame.size() - size - 1), json + "\n");
    EXPECT_EQ(one.json(), json);
  }
}

TEST(Message, TheNdjsonLineIsTheJsonAndANewline) {
  EXPECT_EQ(message(R"({"a":1})").encoded(Encoding::ndjson), "{\"a\":1}\n");
}

TEST(Message, TheEventHasTheIdAndTheJsonAndNoName) {
  EXPECT_EQ(message(R"({"a":1})").encoded(Encoding::sse), "id: 12\ndata: {\"a\":1}\n\n");
}

TEST(Message, AnEventOfSeveralLinesHasADataLineForEach) {
  EXPECT_EQ(message("{\n\"a\":1}").encoded(Encoding::sse), "id: 12\ndata: {\ndata: \"a\":1}\n\n");
  EXPECT_EQ(message("{}\n").encoded(Encoding::sse), "id: 12\ndata: {}\ndata: \n\n");
}

TEST(Message, JsonFrameAndLineAreTheSameBytes) {
  const Message one = message(R"({"a":1})");
  const std::string_view frame = one.encoded(Encoding::websocket);
  EXPECT_EQ(one.encoded(Encoding::ndjson).data(), frame.data() + 2);
  EXPECT_EQ(one.json().data(), frame.data() + 2);
  EXPECT_EQ(one.json_slice().view.data(), frame.data() + 2);
}

TEST(Message, EachEncodingIsMadeOnceAndSharedByCopies) {
  const Message one = message(R"({"a":1})");
  const Message copy = one;
  for (const Encoding encoding : {Encoding::websocket, Encoding::sse, Encoding::ndjson}) {
    EXPECT_EQ(one.encoded(encoding).data(), copy.encoded(encoding).data());
    EXPECT_EQ(one.encoded(encoding).data(), one.encoded(encoding).data());
  }
}

TEST(Message, ACopyAndASliceOutliveTheOriginal) {
  std::optional<Message> one = message(R"({"a":1})");
  const Message copy = *one;
  const core::Slice slice = one->json_slice();
  const std::string_view event = one->encoded(Encoding::sse);
  one.reset();
  EXPECT_EQ(copy.json(), R"({"a":1})");
  EXPECT_EQ(copy.encoded(Encoding::sse).data(), event.data());
  EXPECT_EQ(slice.view, R"({"a":1})");
}

TEST(Message, ThreadsThatAskAtOnceGetTheSameEvent) {
  constexpr std::ptrdiff_t kThreads = 8;
  for (int round = 0; round < 50; ++round) {
    const Message one = message(R"({"a":1})");
    std::latch start(kThreads);
    std::vector<std::string_view> seen(kThreads);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < seen.size(); ++i) {
      threads.emplace_back([&seen, &start, i, copy = one] {
        start.arrive_and_wait();
        seen[i] = copy.encoded(Encoding::sse);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string_view event : seen) ASSERT_EQ(event.data(), one.encoded(Encoding::sse).data());
    EXPECT_EQ(seen.front(), "id: 12\ndata: {\"a\":1}\n\n");
  }
}

TEST(Message, ForStreamsWithEventsItIsWrapped) {
  const Message one(MessageId{12}, ApplicationId{3}, UserId{7}, R"({"a":1})", core::EventId{45});
  const std::string text = R"({"event":"message","message":{"a":1}})";
  EXPECT_EQ(one.encoded(Encoding::typed_ndjson), text + "\n");
  EXPECT_EQ(one.encoded(Encoding::typed_websocket), "\x81\x26" + text + "\n");
  EXPECT_EQ(one.encoded(Encoding::typed_sse), "id: 12-45\ndata: " + text + "\n\n");
  EXPECT_EQ(one.encoded(Encoding::ndjson), "{\"a\":1}\n");
}

TEST(Message, AnEventIsForStreamsThatAskedForItOnly) {
  const Message event = Message::event({MessageId{12}, core::EventId{46}}, UserId{7}, "{}");
  const Message notice = Message::notice(UserId{7}, "{}");
  for (const Encoding plain : {Encoding::websocket, Encoding::sse, Encoding::ndjson}) {
    EXPECT_EQ(event.encoded(plain), "");
    EXPECT_EQ(notice.encoded(plain), "");
  }
  EXPECT_EQ(event.encoded(Encoding::typed_websocket), "\x81\x03{}\n");
  EXPECT_EQ(event.encoded(Encoding::typed_ndjson), "{}\n");
  EXPECT_EQ(event.encoded(Encoding::typed_sse), "id: 12-46\ndata: {}\n\n");
  EXPECT_EQ(notice.encoded(Encoding::typed_sse), "data: {}\n\n");
}

TEST(Message, IsBehindAStreamThatHasItOrDoesNotWantIt) {
  const Cursor plain{MessageId{12}}, with_events{MessageId{12}, core::EventId{46}};
  EXPECT_TRUE(message("{}").is_behind(plain));
  EXPECT_FALSE(Message(MessageId{13}, {}, {}, "{}").is_behind(plain));
  for (const std::uint64_t id : {46U, 47U}) {
    const Message event = Message::event({MessageId{99}, core::EventId{id}}, {}, "{}");
    EXPECT_TRUE(event.is_behind(plain));
    EXPECT_EQ(event.is_behind(with_events), id == 46);
  }
  EXPECT_TRUE(Message::notice({}, "{}").is_behind(plain));
  EXPECT_FALSE(Message::notice({}, "{}").is_behind(with_events));
}

}  // namespace
}  // namespace push::stream
