// The framing of a request's body (RFC 9112 6, 7): takes its bytes out of what arrives, in pieces of any size, and
// never changes them. Strict: every line of chunks ends in CRLF, a chunk's size has at most 16 digits, its extension at
// most 256 bytes, and trailers are refused. Blanks behind a chunk's size are read, as Go's HTTP server does. No I/O.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace push::net {

class BodyDecoder {
 public:
  static constexpr unsigned kMaxDigits = 16;
  static constexpr unsigned kMaxExtension = 256;

  BodyDecoder() : BodyDecoder(0) {}  // no body
  explicit BodyDecoder(std::uint64_t length) : left_(length), state_(length == 0 ? State::done : State::data) {}
  static BodyDecoder chunked();

  // Removes the next bytes of the body, and framing, from the front of `input`, and returns the former. Empty: there
  // are none in the input, because it is used up, or because the body is done or broken.
  std::string_view take(std::string_view& input);
  bool is_done() const { return state_ == State::done; }
  // Null, or what is wrong with the bytes. Nothing is taken from then on.
  const char* error() const { return error_; }
  // Bytes of the body that will certainly follow: the rest of it, or of its current chunk.
  std::uint64_t remaining() const { return state_ == State::data ? left_ : 0; }
  bool is_chunked() const { return chunked_; }

 private:
  enum class State : std::uint8_t {
    size,
    blanks,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    end_cr,
    end_lf,
    done,
    broken
  };

  void read(char c);  // one byte of framing
  void read_size(char c);
  void read_extension(char c);
  void expect(char c, char wanted, State next, const char* otherwise);
  void fail(const char* why);

  std::uint64_t left_;  // of the body, or of the current chunk
  const char* error_ = nullptr;
  std::uint16_t extension_ = 0;  // bytes of the current chunk's
  std::uint8_t digits_ = 0;      // of the current chunk's size
  State state_;
  bool chunked_ = false;
  bool quoted_ = false;   // within a string of the extension
  bool escaped_ = false;  // behind a backslash in it
};

}  // namespace push::net
