#include "websocket/utf8.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace push::websocket {
namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080;

// What RFC 3629 section 4 allows after one lead byte. size 0: not a lead byte.
struct Sequence {
  std::size_t size;
  unsigned char second_low;
  unsigned char second_high;
};

constexpr Sequence sequence_of(unsigned char lead) {
  if (lead < 0xC2) return {0, 0, 0};
  if (lead < 0xE0) return {2, 0x80, 0xBF};
  if (lead == 0xE0) return {3, 0xA0, 0xBF};  // below: overlong
  if (lead == 0xED) return {3, 0x80, 0x9F};  // above: surrogates
  if (lead < 0xF0) return {3, 0x80, 0xBF};
  if (lead == 0xF0) return {4, 0x90, 0xBF};  // below: overlong
  if (lead < 0xF4) return {4, 0x80, 0xBF};
  if (lead == 0xF4) return {4, 0x80, 0x8F};  // above: beyond U+10FFFF
  return {0, 0, 0};
}

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

}  // namespace

bool valid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= sizeof(std::uint64_t)) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, text.data() + at, sizeof(eight));
      if ((eight & kHighBits) == 0) {
        at += sizeof(eight);
        continue;
      }
    }
    const unsigned char lead = byte_at(text, at);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    const Sequence sequence = sequence_of(lead);
    if (sequence.size == 0 || text.size() - at < sequence.size) return false;
    const unsigned char second = byte_at(text, at + 1);
    if (second < sequence.second_low || second > sequence.second_high) return false;
    for (std::size_t i = 2; i < sequence.size; ++i) {
      if ((byte_at(text, at + i) & 0xC0) != 0x80) return false;
    }
    at += sequence.size;
  }
  return true;
}

}  // namespace push::websocket
