#include "push/websocket/frame.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace push::websocket {
namespace {

constexpr std::uint64_t kAnySize = std::numeric_limits<std::uint64_t>::max();

std::string big_endian(std::uint64_t value, std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = size; i-- > 0; value >>= 8) out[i] = static_cast<char>(value & 0xFF);
  return out;
}

// First byte and length exactly as given, so that invalid frames can be built too. width: bytes of the length field.
std::string client_header(unsigned first, std::uint64_t length, std::size_t width) {
  std::string out{static_cast<char>(first)};
  if (width == 0) return out + static_cast<char>(0x80 | length);
  out += static_cast<char>(0x80 | (width == 2 ? 126U : 127U));
  return out + big_endian(length, width);
}

std::string client_frame(unsigned first, std::string_view payload) {
  const std::size_t width = payload.size() < 126 ? 0U : payload.size() < 65536 ? 2U : 8U;
  constexpr std::string_view kKey = "\x37\xFA\x21\x3D";
  std::string out = client_header(first, payload.size(), width) + std::string(kKey);
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ kKey[i % 4]);
  return out;
}

std::string pattern(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 131 + i / 256);
  return out;
}

// The buffer is exactly as large as the bytes, so that ASan detects a read past them.
ParseStatus status_of(std::string_view bytes, std::uint64_t max_payload = kAnySize) {
  std::vector<char> buffer(bytes.begin(), bytes.end());
  const Parsed parsed = parse_client_frame(buffer.data(), buffer.size(), max_payload);
  EXPECT_EQ(std::string_view(buffer.data(), buffer.size()) == bytes, parsed.status != ParseStatus::complete);
  EXPECT_EQ(parsed.consumed == 0, parsed.status != ParseStatus::complete);
  return parsed.status;
}

// ---- server to client

std::string text_frame(std::string_view payload) {
  return std::string(server_header(Opcode::text, payload.size()).view()) += payload;
}

TEST(ServerHeader, UsesTheShortestLengthOnEachSideOfEveryBoundary) {
  const auto bytes = [](std::uint64_t size) { return std::string(server_header(Opcode::text, size).view()); };
  EXPECT_EQ(bytes(0), std::string("\x81\x00", 2));
  EXPECT_EQ(bytes(125), "\x81\x7D");
  EXPECT_EQ(bytes(126), std::string("\x81\x7E\x00\x7E", 4));
  EXPECT_EQ(bytes(65535), "\x81\x7E\xFF\xFF");
  EXPECT_EQ(bytes(65536), std::string("\x81\x7F\x00\x00\x00\x00\x00\x01\x00\x00", 10));
  EXPECT_EQ(bytes(0x123456789ABCDEF0), "\x81\x7F\x12\x34\x56\x78\x9A\xBC\xDE\xF0");
  EXPECT_EQ(server_header(Opcode::pong, 3).view(), "\x8A\x03");
}

TEST(ServerFrame, MatchesTheExamplesOfRfc6455) {
  EXPECT_EQ(text_frame("Hello"), "\x81\x05Hello");
  EXPECT_EQ(control_frame(Opcode::ping, "Hello").view(), "\x89\x05Hello");
  EXPECT_EQ(server_header(Opcode::binary, 256).view(), std::string_view("\x82\x7E\x01\x00", 4));
}

TEST(ServerFrame, GivesThePayloadBack) {
  for (const std::size_t size : {0U, 1U, 124U, 125U, 126U, 65534U, 65535U, 65536U}) {
    const std::string text = pattern(size);
    EXPECT_EQ(payload_of(text_frame(text)), text) << size;
  }
}

TEST(ServerFrame, PayloadOfRefusesWhatIsNoFrame) {
  EXPECT_DEATH(payload_of("\x81"), "broken invariant");
  EXPECT_DEATH(payload_of("\x81\x7F ab"), "broken invariant");
}

TEST(ControlFrame, HoldsUpTo125BytesAndNoMore) {
  const std::string most = pattern(125);
  const ControlFrame frame = control_frame(Opcode::pong, most);
  EXPECT_EQ(frame.size, 127U);
  EXPECT_EQ(payload_of(frame.view()), most);
  EXPECT_EQ(control_frame(Opcode::ping).view(), std::string_view("\x89\x00", 2));
  EXPECT_DEATH(control_frame(Opcode::pong, pattern(126)), "broken invariant");
  EXPECT_DEATH(control_frame(Opcode::text, "x"), "broken invariant");
}

TEST(ControlFrame, CloseCarriesItsCode) {
  EXPECT_EQ(close_frame(CloseCode::normal).view(), "\x88\x02\x03\xE8");
  EXPECT_EQ(close_frame(CloseCode::protocol_error).view(), "\x88\x02\x03\xEA");
  EXPECT_EQ(close_frame(CloseCode::invalid_payload).view(), "\x88\x02\x03\xEF");
  EXPECT_EQ(close_frame(CloseCode::too_big).view(), "\x88\x02\x03\xF1");
}

// ---- client to server

TEST(ParseClientFrame, MatchesTheMaskedExampleOfRfc6455) {
  std::string bytes = "\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
  const Parsed parsed = parse_client_frame(bytes.data(), bytes.size(), kAnySize);
  ASSERT_EQ(parsed.status, ParseStatus::complete);
  EXPECT_EQ(parsed.frame.opcode, Opcode::text);
  EXPECT_TRUE(parsed.frame.final);
  EXPECT_EQ(parsed.frame.view(), "Hello");
  EXPECT_EQ(parsed.consumed, bytes.size());
}

TEST(ParseClientFrame, EverySizeIsUnmaskedAndLeavesWhatFollowsAlone) {
  std::vector<std::size_t> sizes{65535, 65536, 65537};
  for (std::size_t size = 0; size <= 300; ++size) sizes.push_back(size);
  for (const std::size_t size : sizes) {
    const std::string payload = pattern(size);
    std::string bytes = client_frame(0x82, payload) + "following";
    const Parsed parsed = parse_client_frame(bytes.data(), bytes.size(), size);
    ASSERT_EQ(parsed.status, ParseStatus::complete) << size;
    EXPECT_EQ(parsed.frame.opcode, Opcode::binary);
    EXPECT_EQ(parsed.frame.view(), payload) << size;
    EXPECT_EQ(std::string_view(bytes).substr(parsed.consumed), "following") << size;
  }
}

TEST(ParseClientFrame, EveryPrefixIsIncompleteAndUntouched) {
  for (const std::size_t size : {0U, 1U, 5U, 125U, 126U, 1000U, 65536U}) {
    const std::string bytes = client_frame(0x81, pattern(size));
    const std::size_t step = bytes.size() > 2000 ? 997U : 1U;
    for (std::size_t cut = 0; cut < bytes.size(); cut = cut < 20 ? cut + 1 : cut + step) {
      ASSERT_EQ(status_of(std::string_view(bytes).substr(0, cut)), ParseStatus::incomplete) << cut << " of " << size;
    }
    ASSERT_EQ(status_of(std::string_view(bytes).substr(0, bytes.size() - 1)), ParseStatus::incomplete);
    std::string whole = bytes;
    const Parsed parsed = parse_client_frame(whole.data(), whole.size(), kAnySize);
    ASSERT_EQ(parsed.status, ParseStatus::complete);
    EXPECT_EQ(parsed.frame.view(), pattern(size));
  }
}

TEST(ParseClientFrame, TellsEveryOpcodeAndTheFinalBit) {
  for (const unsigned opcode : {0x0U, 0x1U, 0x2U, 0x8U, 0x9U, 0xAU}) {
    std::string bytes = client_frame(0x80 | opcode, "ab");
    const Parsed parsed = parse_client_frame(bytes.data(), bytes.size(), kAnySize);
    ASSERT_EQ(parsed.status, ParseStatus::complete) << opcode;
    EXPECT_EQ(static_cast<unsigned>(parsed.frame.opcode), opcode);
    EXPECT_TRUE(parsed.frame.final);
  }
  std::string bytes = client_frame(0x01, "ab");
  EXPECT_FALSE(parse_client_frame(bytes.data(), bytes.size(), kAnySize).frame.final);
}

TEST(ParseClientFrame, RefusesReservedBitsAndOpcodes) {
  for (unsigned first = 0; first < 256; ++first) {
    const unsigned opcode = first & 0xF;
    const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
    const bool fragmented_control = opcode >= 8 && first < 0x80;
    const bool good = known && (first & 0x70) == 0 && !fragmented_control;
    EXPECT_EQ(status_of(client_frame(first, "ab")), good ? ParseStatus::complete : ParseStatus::violation) << first;
  }
}

TEST(ParseClientFrame, RefusesAnUnmaskedFrame) {
  EXPECT_EQ(status_of("\x81\x05Hello"), ParseStatus::violation);
  EXPECT_EQ(status_of(std::string_view("\x89\x00", 2)), ParseStatus::violation);
}

TEST(ParseClientFrame, RefusesAControlFrameOfMoreThan125Bytes) {
  for (const unsigned first : {0x88U, 0x89U, 0x8AU}) {
    EXPECT_EQ(status_of(client_frame(first, pattern(125))), ParseStatus::complete);
    EXPECT_EQ(status_of(client_header(first, 126, 2)), ParseStatus::violation);
    EXPECT_EQ(status_of(client_header(first, 70000, 8)), ParseStatus::violation);
    EXPECT_EQ(status_of(client_header(first, 1, 2)), ParseStatus::violation);
  }
}

TEST(ParseClientFrame, RefusesALengthThatIsNotTheShortest) {
  for (const std::uint64_t length : {0U, 1U, 125U}) {
    EXPECT_EQ(status_of(client_header(0x81, length, 2)), ParseStatus::violation) << length;
  }
  for (const std::uint64_t length : {0U, 125U, 126U, 65535U}) {
    EXPECT_EQ(status_of(client_header(0x81, length, 8)), ParseStatus::violation) << length;
  }
  EXPECT_EQ(status_of(client_header(0x81, 126, 2)), ParseStatus::incomplete);
  EXPECT_EQ(status_of(client_header(0x81, 65536, 8)), ParseStatus::incomplete);
}

TEST(ParseClientFrame, RefusesAHugeLengthOnTheHeaderAlone) {
  constexpr std::uint64_t k2To31 = std::uint64_t{1} << 31;
  constexpr std::uint64_t k2To63 = std::uint64_t{1} << 63;
  for (const std::uint64_t length : {k2To31 - 1, k2To31, k2To31 * 2 - 1, k2To31 * 2, k2To63 - 1}) {
    EXPECT_EQ(status_of(client_header(0x82, length, 8), 64), ParseStatus::too_big) << length;
    EXPECT_EQ(status_of(client_header(0x82, length, 8), length - 1), ParseStatus::too_big) << length;
    EXPECT_EQ(status_of(client_header(0x82, length, 8) + "keyxsome", length), ParseStatus::incomplete) << length;
  }
  EXPECT_EQ(status_of(client_header(0x82, k2To63, 8)), ParseStatus::violation);
  EXPECT_EQ(status_of(client_header(0x82, std::numeric_limits<std::uint64_t>::max(), 8)), ParseStatus::violation);
}

TEST(ParseClientFrame, DataOverTheLimitIsTooBigButAPingIsNot) {
  EXPECT_EQ(status_of(client_frame(0x81, pattern(64)), 64), ParseStatus::complete);
  EXPECT_EQ(status_of(client_header(0x81, 65, 0), 64), ParseStatus::too_big);
  EXPECT_EQ(status_of(client_header(0x00, 65, 0), 64), ParseStatus::too_big);
  EXPECT_EQ(status_of(client_header(0x82, 126, 2), 64), ParseStatus::too_big);
  EXPECT_EQ(status_of(client_frame(0x89, pattern(125)), 64), ParseStatus::complete);
}

}  // namespace
}  // namespace push::websocket
