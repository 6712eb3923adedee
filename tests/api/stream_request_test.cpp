#include "api/stream_request.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace push::api {
namespace {

using core::EventId;
using core::MessageId;
using stream::Transport;

StreamRequest read(StreamFields fields) {
  if (fields.method.empty()) fields.method = "GET";
  const auto request = read_stream_request(fields);
  EXPECT_TRUE(request) << request.error().text;
  return request ? *request : StreamRequest{};
}
std::string refusal(StreamFields fields) {
  fields.method = "GET";
  const auto request = read_stream_request(fields);
  return request ? "none" : request.error().text;
}

TEST(StreamRequest, WithoutAnythingOfOursItIsAWebSocketFromNowOn) {
  const StreamRequest request = read({.query = "token=Cone", .accept = "*/*"});
  EXPECT_EQ(request.transport, Transport::websocket);
  EXPECT_FALSE(request.resumes);
}

TEST(StreamRequest, TheTransportIsChosenByAcceptOrByParameter) {
  EXPECT_EQ(read({.accept = "text/event-stream"}).transport, Transport::sse);
  EXPECT_EQ(read({.accept = "application/json, TEXT/Event-Stream;q=0.9"}).transport, Transport::sse);
  EXPECT_EQ(read({.accept = "application/x-ndjson"}).transport, Transport::ndjson);
  EXPECT_EQ(read({.accept = "text/event-streams"}).transport, Transport::websocket);
  EXPECT_EQ(read({.query = "transport=sse"}).transport, Transport::sse);
  EXPECT_EQ(read({.query = "transport=ndjson", .accept = "text/event-stream"}).transport, Transport::ndjson);
  EXPECT_EQ(read({.accept = "text/event-stream", .upgrade = "websocket"}).transport, Transport::websocket);
  EXPECT_EQ(read({.method = "HEAD", .query = "transport=sse"}).transport, Transport::websocket) << "it opens nothing";
}

TEST(StreamRequest, AnUnknownTransportIsRefused) {
  EXPECT_EQ(refusal({.query = "transport=telegram"}), "transport: unknown: \"telegram\", not sse, ndjson or poll");
  EXPECT_EQ(refusal({.query = "transport="}), "transport: unknown: \"\", not sse, ndjson or poll");
  EXPECT_EQ(refusal({.query = "transport=sse", .upgrade = "websocket"}),
            "transport: sse does not go with an Upgrade header");
}

TEST(StreamRequest, APollWaitsForAWhile) {
  EXPECT_EQ(read({.query = "transport=poll"}).transport, Transport::poll);
  EXPECT_EQ(read({.query = "transport=poll"}).timeout, 30U);
  EXPECT_EQ(read({.query = "transport=poll&timeout=0"}).timeout, 0U);
  EXPECT_EQ(read({.query = "transport=poll&timeout=300"}).timeout, 300U);
  for (const char* wrong : {"301", "-1", "", "5s", "99999999999"}) {
    const std::string query = std::string("transport=poll&timeout=") + wrong;
    EXPECT_EQ(refusal({.query = query}), std::string("timeout: not 0 to 300 seconds: \"") + wrong + "\"");
  }
}

TEST(StreamRequest, TheCursorHasThreeNames) {
  for (const StreamFields& fields :
       {StreamFields{.query = "since_id=7"}, StreamFields{.query = "last_event_id=7"},
        StreamFields{.last_event_id = "7"}, StreamFields{.query = "since_id=7&last_event_id=7"}}) {
    const StreamRequest request = read(fields);
    EXPECT_TRUE(request.resumes);
    EXPECT_EQ(request.seen, MessageId{7});
  }
  EXPECT_EQ(read({.query = "since_id=0"}).seen, MessageId{0});
  EXPECT_EQ(read({.query = "since_id=18446744073709551616"}).seen,
            MessageId{std::numeric_limits<std::uint64_t>::max() - 1});
}

TEST(StreamRequest, LatestIsFromNowOn) {
  const StreamRequest request = read({.query = "since_id=latest"});
  EXPECT_TRUE(request.resumes);
  EXPECT_FALSE(request.seen);
}

TEST(StreamRequest, TheHeaderWinsOverTheAddressThatABrowserRepeats) {
  EXPECT_EQ(read({.query = "since_id=3", .last_event_id = "9"}).seen, MessageId{9});
}

TEST(StreamRequest, ACursorThatIsNoNumberIsRefused) {
  EXPECT_EQ(refusal({.query = "since_id=-1"}), "since_id: not the id of a message: \"-1\"");
  EXPECT_EQ(refusal({.query = "since_id="}), "since_id: not the id of a message: \"\"");
  EXPECT_EQ(refusal({.query = "last_event_id=1x"}), "last_event_id: not the id of a message: \"1x\"");
  EXPECT_EQ(refusal({.last_event_id = "+1"}), "Last-Event-ID: not the id of a message: \"+1\"");
  EXPECT_EQ(refusal({.query = "since_id=1&last_event_id=2"}), "since_id and last_event_id differ");
}

TEST(StreamRequest, EventsHaveACursorOfTheirOwn) {
  const StreamRequest none = read({.query = "since_id=7&events=0"});
  EXPECT_FALSE(none.events);
  const StreamRequest fresh = read({.query = "events=1"});
  EXPECT_TRUE(fresh.events);
  EXPECT_FALSE(fresh.resumes);
  for (const StreamFields& fields :
       {StreamFields{.query = "events=1&since_id=120&since_event=45"},
        StreamFields{.query = "events=1&since_id=120-45"},
        StreamFields{.query = "events=1&since_id=3&since_event=1", .last_event_id = "120-45"}}) {
    const StreamRequest request = read(fields);
    EXPECT_TRUE(request.resumes);
    EXPECT_EQ(request.seen, MessageId{120});
    EXPECT_EQ(request.seen_event, EventId{45});
  }
  const StreamRequest events_only = read({.query = "events=1&since_event=45"});
  EXPECT_TRUE(events_only.resumes);
  EXPECT_FALSE(events_only.seen);
  EXPECT_EQ(events_only.seen_event, EventId{45});
}

TEST(StreamRequest, AnEpochIsShort) {
  const std::string longest(64, 'e');
  const std::string allowed = "since_id=1&epoch=" + longest;
  EXPECT_EQ(read({.query = allowed}).epoch, longest);
  const std::string query = allowed + "x";
  EXPECT_EQ(refusal({.query = query}), "epoch: longer than 64 bytes: \"" + longest + "\"");
}

TEST(StreamRequest, WrongEventsAreRefused) {
  EXPECT_EQ(refusal({.query = "events=yes"}), "events: not 0 or 1: \"yes\"");
  EXPECT_EQ(refusal({.query = "events=1&transport=poll"}), "events: a long poll has none");
  EXPECT_EQ(refusal({.query = "since_event=1"}), "since_event: needs events=1");
  EXPECT_EQ(refusal({.query = "events=1&since_event=-1"}), "since_event: not the id of an event: \"-1\"");
  EXPECT_EQ(refusal({.query = "events=1&since_id=1-"}), "since_id: not the id of an event: \"1-\"");
  EXPECT_EQ(refusal({.query = "since_id=120-45"}), "since_id: not the id of a message: \"120-45\"");
}

}  // namespace
}  // namespace push::api
