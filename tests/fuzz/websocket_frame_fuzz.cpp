// Arbitrary bytes sent by a client: parsed whole, parsed as prefixes, and encoded again.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "push/core/check.hpp"
#include "push/websocket/frame.hpp"

namespace {

using namespace push::websocket;

constexpr std::size_t kLimits = 4;  // the first bytes choose max_payload

// Encodes the frame as a client would, byte for byte.
std::string encode_client(const ClientFrame& frame, const char* key) {
  const Header header = server_header(frame.opcode, frame.size);
  std::string out(header.view());
  if (!frame.final) out[0] = static_cast<char>(out[0] & 0x7F);
  out[1] = static_cast<char>(out[1] | static_cast<char>(0x80));
  out.append(key, 4);
  for (std::size_t i = 0; i < frame.size; ++i) out += static_cast<char>(frame.payload[i] ^ key[i % 4]);
  return out;
}

// Every prefix is `incomplete` and leaves the input alone, or already has the final result.
void check_prefixes(const std::string& bytes, std::uint64_t max_payload, const Parsed& whole) {
  const std::size_t most = std::min<std::size_t>(bytes.size(), 20);
  for (std::size_t size = 0; size < most; ++size) {
    std::vector<char> prefix(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    const Parsed parsed = parse_client_frame(prefix.data(), prefix.size(), max_payload);
    PUSH_CHECK(parsed.status == ParseStatus::incomplete || parsed.status == whole.status);
    PUSH_CHECK(parsed.status != ParseStatus::complete || parsed.consumed == whole.consumed);
    if (parsed.status != ParseStatus::complete) {
      PUSH_CHECK(parsed.consumed == 0 && std::equal(prefix.begin(), prefix.end(), bytes.begin()));
    }
  }
}

void check_frame(const std::string& before, const char* data, std::size_t size, std::uint64_t max_payload,
                 const Parsed& parsed) {
  const ClientFrame& frame = parsed.frame;
  const bool control = static_cast<unsigned>(frame.opcode) >= 8;
  PUSH_CHECK(parsed.consumed >= 6 && parsed.consumed <= size);
  PUSH_CHECK(frame.payload >= data + 6 && frame.payload + frame.size == data + parsed.consumed);
  PUSH_CHECK(control ? frame.final && frame.size <= 125 : frame.size <= max_payload);
  PUSH_CHECK(encode_client(frame, frame.payload - 4) == before.substr(0, parsed.consumed));
  PUSH_CHECK(
      std::equal(data + parsed.consumed, data + size, before.begin() + static_cast<std::ptrdiff_t>(parsed.consumed)));
  if (frame.opcode == Opcode::close) {
    const ControlFrame answer = close_frame(judge_close(frame.view()));
    PUSH_CHECK(judge_close(payload_of(answer.view())) == judge_close(frame.view()));
  } else if (control) {
    PUSH_CHECK(payload_of(control_frame(Opcode::pong, frame.view()).view()) == frame.view());
  } else {
    std::string answer(server_header(Opcode::text, frame.size).view());
    PUSH_CHECK(payload_of(answer += frame.view()) == frame.view());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* input, std::size_t input_size) {
  if (input_size < kLimits) return 0;
  std::uint32_t choice = 0;
  std::memcpy(&choice, input, sizeof(choice));
  const std::uint64_t max_payload = choice % 5 == 0 ? ~std::uint64_t{0} : choice % 70000;

  std::vector<char> buffer(input + kLimits, input + input_size);
  char* at = buffer.data();
  std::size_t left = buffer.size();
  MessageState state;
  for (;;) {
    const std::string before(at, left);
    const Parsed parsed = parse_client_frame(at, left, max_payload);
    check_prefixes(before, max_payload, parsed);
    if (parsed.status != ParseStatus::complete) {
      PUSH_CHECK(parsed.consumed == 0 && std::equal(before.begin(), before.end(), at));
      return 0;
    }
    check_frame(before, at, left, max_payload, parsed);
    if (state.accept(parsed.frame, 4096) != ParseStatus::complete) return 0;
    at += parsed.consumed;
    left -= parsed.consumed;
  }
}
