#include "cluster/codec.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <variant>
#include <vector>

#include "cluster/samples.hpp"

namespace push::cluster {
namespace {

constexpr std::size_t kServer = 1024 * 1024;  // max_payload, by default
constexpr std::size_t kNames = 12;            // bytes of the version and of the cluster's name

core::MessageId message(std::uint64_t id) {
  return core::MessageId{id};
}

class CodecTest : public testing::Test {
 protected:
  Batch read(const std::string& payload) const {
    auto decoded = codec_.decode(core::Bytes::copy(payload));
    if (auto* batch = std::get_if<Batch>(&decoded)) return *batch;
    ADD_FAILURE() << "not a batch: " << decoded.index();
    return {};
  }
  Refusal refusal(const std::string& payload) const {
    const auto decoded = codec_.decode(core::Bytes::copy(payload));
    const auto* refused = std::get_if<Refusal>(&decoded);
    EXPECT_NE(refused, nullptr) << decoded.index();
    return refused == nullptr ? Refusal::malformed : *refused;
  }
  std::string only(const Batch& batch) const {
    const auto payloads = codec_.encode(batch, kServer);
    EXPECT_EQ(payloads.size(), 1U);
    return payloads.front();
  }

  const Codec codec_{"cluster-id", "node-a"};
};

TEST_F(CodecTest, ABatchComesBackAsItWas) {
  const Batch batch = test::batch(10, 15, {{11, "{\"id\":11}"}, {13, ""}, {14, std::string("\0\xff", 2)}});
  EXPECT_EQ(test::shown(read(only(batch))), test::shown(batch));
  const Batch bare = test::bare_batch(3, 9);
  EXPECT_EQ(test::shown(read(only(bare))), test::shown(bare));
  const Batch empty = test::batch(3, 9, {});
  EXPECT_EQ(test::shown(read(only(empty))), test::shown(empty));
}

TEST_F(CodecTest, TheMessagesOfABatchShareThePayload) {
  const core::Bytes payload = core::Bytes::copy(only(test::batch(0, 2, {{1, "one"}, {2, "two"}})));
  const auto decoded = codec_.decode(payload);
  const std::string_view json = std::get<Batch>(decoded).items[1].json.view;
  EXPECT_GE(json.data(), payload.view().data());
  EXPECT_LT(json.data(), payload.view().data() + payload.size());
}

TEST_F(CodecTest, APulseAndAHintComeBack) {
  for (const bool reaches : {false, true}) {
    const auto decoded = codec_.decode(core::Bytes::copy(codec_.encode({"another", message(77), reaches})));
    const auto& pulse = std::get<Pulse>(decoded);
    EXPECT_EQ(pulse.node, "node-a");
    EXPECT_EQ(pulse.applied, message(77));
    EXPECT_EQ(pulse.reaches_database, reaches);
  }
  EXPECT_TRUE(std::holds_alternative<LogHint>(codec_.decode(core::Bytes::copy(codec_.encode(LogHint())))));
}

// Pieces of random sizes: put together they are the batch, each continues the one before it, and none is too large.
TEST_F(CodecTest, ALargeBatchIsAChainOfPieces) {
  std::mt19937 random(7);
  for (int round = 0; round < 40; ++round) {
    const Batch batch = test::random_batch(random, 1 + random() % 60, round % 2 == 0 ? 200'000 : 40'000);
    const auto payloads = codec_.encode(batch, kServer);
    Batch joined;
    joined.previous = batch.previous;
    joined.last = batch.previous;
    for (const std::string& payload : payloads) {
      const Batch piece = read(payload);
      EXPECT_FALSE(piece.bare);
      EXPECT_EQ(piece.previous, joined.last);
      EXPECT_TRUE(payload.size() <= Codec::kPiece || piece.items.size() == 1) << payload.size();
      joined.last = piece.last;
      joined.items.insert(joined.items.end(), piece.items.begin(), piece.items.end());
    }
    EXPECT_EQ(test::shown(joined), test::shown(batch));
  }
}

TEST_F(CodecTest, OneLargeMessageHasAPayloadOfItsOwnOrIsLeftToTheStore) {
  const std::string large(600'000, 'x');
  const std::string huge(kServer, 'x');
  const Batch batch = test::batch(0, 9, {{1, "a"}, {2, large}, {3, "b"}, {4, huge}, {5, "c"}, {7, huge}});
  std::vector<std::string> pieces;
  for (const std::string& payload : codec_.encode(batch, kServer)) {
    EXPECT_LE(payload.size(), kServer);
    pieces.push_back(test::outline(read(payload)));
  }
  EXPECT_EQ(pieces, (std::vector<std::string>{"0-1: 1", "1-2: 2", "2-3: 3", "3-4 bare", "4-5: 5", "5-9 bare"}));
}

TEST_F(CodecTest, ASmallLimitOfTheServerHolds) {
  std::mt19937 random(3);
  const Batch batch = test::random_batch(random, 50, 2000);
  for (const std::string& payload : codec_.encode(batch, 1024)) EXPECT_LE(payload.size(), 1024U);
}

TEST_F(CodecTest, AnotherClusterAndAnotherVersionAreTold) {
  const Codec other("cluster-ie", "node-a");
  EXPECT_EQ(refusal(other.encode(LogHint())), Refusal::foreign_cluster);
  std::string payload = only(test::batch(1, 2, {{2, "x"}}));
  payload[0] = 2;
  EXPECT_EQ(refusal(payload), Refusal::unknown_version);
  EXPECT_EQ(refusal(""), Refusal::malformed);
}

TEST_F(CodecTest, IdsMustRise) {
  const Batch wrong[] = {
      test::batch(5, 4, {}),
      test::batch(5, 6, {{5, "a"}}),
      test::batch(5, 6, {{7, "a"}}),
      test::batch(5, 9, {{7, "a"}, {7, "b"}}),
      test::batch(5, 9, {{7, "a"}, {6, "b"}}),
      test::batch(5, std::uint64_t{1} << 63, {}),
      test::bare_batch(5, 4),
  };
  for (const Batch& batch : wrong) EXPECT_EQ(refusal(only(batch)), Refusal::malformed) << test::shown(batch);
}

TEST_F(CodecTest, WhatIsCutOffOrTooLongIsRefused) {
  const std::string samples[] = {only(test::batch(10, 15, {{11, "{\"id\":11}"}, {14, "{}"}})),
                                 only(test::bare_batch(1, 2)), codec_.encode(LogHint()),
                                 codec_.encode(Pulse{"", message(7), true})};
  for (const std::string& whole : samples) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto decoded = codec_.decode(core::Bytes::copy(whole.substr(0, size)));
      EXPECT_TRUE(std::holds_alternative<Refusal>(decoded)) << size << " of " << whole.size();
    }
    EXPECT_EQ(refusal(whole + 'x'), Refusal::malformed);
  }
}

// With any byte changed in any way it is refused, or a batch that holds what a batch must.
TEST_F(CodecTest, EveryChangedByteIsRefusedOrLeavesAValidBatch) {
  const std::string whole = only(test::batch(10, 15, {{11, "{\"id\":11}"}, {14, "{}"}}));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      std::string payload = whole;
      payload[at] = static_cast<char>(payload[at] ^ change);
      const auto decoded = codec_.decode(core::Bytes::copy(payload));
      const auto* batch = std::get_if<Batch>(&decoded);
      EXPECT_TRUE(batch == nullptr || test::is_chain(*batch)) << at << " " << change;
      EXPECT_TRUE(at >= kNames || std::holds_alternative<Refusal>(decoded)) << at << " " << change;
    }
  }
}

}  // namespace
}  // namespace push::cluster
