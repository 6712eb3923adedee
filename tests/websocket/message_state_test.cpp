#include <gtest/gtest.h>

#include <string>

#include "push/websocket/frame.hpp"

namespace push::websocket {
namespace {

constexpr bool kFinal = true;
constexpr bool kMore = false;

ParseStatus accept(MessageState& state, Opcode opcode, bool final, std::size_t size, std::size_t max_message = 64) {
  return state.accept({opcode, final, nullptr, size}, max_message);
}

static_assert(sizeof(MessageState) <= 4);

TEST(MessageState, WholeMessagesFollowOneAnother) {
  MessageState state;
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(accept(state, Opcode::text, kFinal, 64), ParseStatus::complete);
    EXPECT_EQ(accept(state, Opcode::binary, kFinal, 0), ParseStatus::complete);
  }
}

TEST(MessageState, FragmentsMakeAMessageWithControlFramesBetween) {
  MessageState state;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(accept(state, Opcode::text, kMore, 30), ParseStatus::complete);
    EXPECT_EQ(accept(state, Opcode::ping, kFinal, 125), ParseStatus::complete);
    EXPECT_EQ(accept(state, Opcode::continuation, kMore, 30), ParseStatus::complete);
    EXPECT_EQ(accept(state, Opcode::pong, kFinal, 125), ParseStatus::complete);
    EXPECT_EQ(accept(state, Opcode::close, kFinal, 2), ParseStatus::complete);
    EXPECT_EQ(accept(state, Opcode::continuation, kFinal, 4), ParseStatus::complete);
  }
}

TEST(MessageState, APackedOneGoesOnWhereItWas) {
  MessageState state;
  EXPECT_EQ(state.packed(), 0U);
  accept(state, Opcode::text, kMore, 0);
  EXPECT_NE(state.packed(), 0U) << "inside a message, though still empty";
  accept(state, Opcode::continuation, kMore, 65535, 65535);
  MessageState other(state.packed());
  EXPECT_EQ(accept(other, Opcode::text, kMore, 1, 70000), ParseStatus::violation);
  EXPECT_EQ(accept(other, Opcode::continuation, kMore, 1, 65535), ParseStatus::too_big);
  EXPECT_EQ(accept(other, Opcode::continuation, kFinal, 0, 65535), ParseStatus::complete);
  EXPECT_EQ(other.packed(), 0U);
}

TEST(MessageState, AContinuationNeedsAStart) {
  MessageState fresh;
  EXPECT_EQ(accept(fresh, Opcode::continuation, kFinal, 1), ParseStatus::violation);
  MessageState after;
  EXPECT_EQ(accept(after, Opcode::text, kMore, 1), ParseStatus::complete);
  EXPECT_EQ(accept(after, Opcode::continuation, kFinal, 1), ParseStatus::complete);
  EXPECT_EQ(accept(after, Opcode::continuation, kMore, 1), ParseStatus::violation);
}

TEST(MessageState, AStartMayNotComeInsideAMessage) {
  for (const Opcode opcode : {Opcode::text, Opcode::binary}) {
    MessageState state;
    EXPECT_EQ(accept(state, opcode, kMore, 0), ParseStatus::complete);
    EXPECT_EQ(accept(state, opcode, kFinal, 1), ParseStatus::violation);
  }
}

TEST(MessageState, FragmentsOverTheLimitAreTooBig) {
  MessageState state;
  EXPECT_EQ(accept(state, Opcode::text, kMore, 64), ParseStatus::complete);
  EXPECT_EQ(accept(state, Opcode::continuation, kMore, 0), ParseStatus::complete);
  EXPECT_EQ(accept(state, Opcode::continuation, kFinal, 1), ParseStatus::too_big);
  MessageState single;
  EXPECT_EQ(accept(single, Opcode::binary, kFinal, 65), ParseStatus::too_big);
}

TEST(MessageState, TheCountStartsAgainWithEachMessage) {
  MessageState state;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(accept(state, Opcode::text, kMore, 60), ParseStatus::complete);
    EXPECT_EQ(accept(state, Opcode::continuation, kFinal, 4), ParseStatus::complete);
  }
}

TEST(MessageState, CountsExactlyUpTo65535AndDoesNotWrapBeyond) {
  MessageState state;
  EXPECT_EQ(accept(state, Opcode::text, kMore, 65000, 65535), ParseStatus::complete);
  EXPECT_EQ(accept(state, Opcode::continuation, kMore, 535, 65535), ParseStatus::complete);
  EXPECT_EQ(accept(state, Opcode::continuation, kMore, 1, 65535), ParseStatus::too_big);
  MessageState large;
  EXPECT_EQ(accept(large, Opcode::text, kMore, 65000, 100000), ParseStatus::complete);
  EXPECT_EQ(accept(large, Opcode::continuation, kMore, 2000, 100000), ParseStatus::complete);
  EXPECT_EQ(accept(large, Opcode::continuation, kMore, 34466, 100000), ParseStatus::too_big);
}

// ---- close payloads

std::string close_payload(unsigned code, std::string_view reason = {}) {
  std::string out{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  return out.append(reason);
}

TEST(JudgeClose, AnEmptyPayloadIsNormal) {
  EXPECT_EQ(judge_close({}), CloseCode::normal);
}

TEST(JudgeClose, OneByteIsAProtocolErrorWhateverFollowsIt) {
  EXPECT_EQ(judge_close(std::string_view("\x03\xE8").substr(0, 1)), CloseCode::protocol_error);
}

TEST(JudgeClose, EveryCodeIsEchoedOrAProtocolError) {
  for (unsigned code = 0; code < 65536; ++code) {
    const bool defined = code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
    const bool allowed = defined || (code >= 3000 && code < 5000);
    const CloseCode expected = allowed ? static_cast<CloseCode>(code) : CloseCode::protocol_error;
    ASSERT_EQ(judge_close(close_payload(code)), expected) << code;
  }
}

TEST(JudgeClose, TheNamedBoundaries) {
  for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1016U, 2000U, 2999U, 5000U, 65535U}) {
    EXPECT_EQ(judge_close(close_payload(code)), CloseCode::protocol_error) << code;
  }
  for (const unsigned code : {1000U, 1001U, 1003U, 1007U, 1011U, 3000U, 4999U}) {
    EXPECT_EQ(judge_close(close_payload(code)), static_cast<CloseCode>(code)) << code;
  }
}

TEST(JudgeClose, TheReasonMustBeUtf8) {
  EXPECT_EQ(judge_close(close_payload(1001, "gr\xC3\xBC\xC3\x9F")), static_cast<CloseCode>(1001));
  EXPECT_EQ(judge_close(close_payload(1001, "gr\xC3")), CloseCode::invalid_payload);
  EXPECT_EQ(judge_close(close_payload(1005, "gr\xC3")), CloseCode::protocol_error);
}

}  // namespace
}  // namespace push::websocket
