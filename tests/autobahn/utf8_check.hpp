// UTF-8 that arrives in pieces, so that the first wrong byte is noticed at once (RFC 3629, section 4).
#pragma once
#include <cstdint>
#include <string_view>

namespace push::autobahn {

class Utf8Check {
 public:
  Utf8Check() = default;
  explicit Utf8Check(std::uint32_t packed) : state_(static_cast<State>(packed)) {}
  std::uint32_t packed() const { return static_cast<std::uint32_t>(state_); }  // 3 bits; 0 = between two characters

  // False: these bytes cannot follow.
  bool take(std::string_view bytes) {
    for (const char byte : bytes) {
      if (!take(static_cast<unsigned char>(byte))) return false;
    }
    return true;
  }
  bool complete() const { return state_ == State::between; }

 private:
  // What must follow; the last four are the first bytes whose second byte has bounds of its own.
  enum class State : std::uint8_t { between, one, two, three, after_e0, after_ed, after_f0, after_f4 };

  bool take(unsigned char byte) {
    if (state_ == State::between) return begin(byte);
    if (byte < lowest() || byte > highest()) return false;
    switch (state_) {
      case State::one:
        state_ = State::between;
        break;
      case State::two:
      case State::after_e0:
      case State::after_ed:
        state_ = State::one;
        break;
      default:
        state_ = State::two;
    }
    return true;
  }
  bool begin(unsigned char byte) {
    if (byte < 0x80) return true;
    if (byte < 0xC2 || byte > 0xF4) return false;
    if (byte < 0xE0)
      state_ = State::one;
    else if (byte < 0xF0)
      state_ = byte == 0xE0 ? State::after_e0 : byte == 0xED ? State::after_ed : State::two;
    else
      state_ = byte == 0xF0 ? State::after_f0 : byte == 0xF4 ? State::after_f4 : State::three;
    return true;
  }
  unsigned char lowest() const { return state_ == State::after_e0 ? 0xA0 : state_ == State::after_f0 ? 0x90 : 0x80; }
  unsigned char highest() const { return state_ == State::after_ed ? 0x9F : state_ == State::after_f4 ? 0x8F : 0xBF; }

  State state_ = State::between;
};

}  // namespace push::autobahn
