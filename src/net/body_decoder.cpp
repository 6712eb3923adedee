#include "net/body_decoder.hpp"

#include <algorithm>

namespace push::net {
namespace {

constexpr const char* kBadSize = "invalid chunk size";
constexpr const char* kBadExtension = "invalid chunk extension";
constexpr const char* kBadEnd = "a chunk's line does not end in CRLF";
constexpr const char* kTrailers = "trailers are not accepted";

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  return (c >= 0 && c < ' ' && c != '\t') || c == '\x7f';
}

}  // namespace

BodyDecoder BodyDecoder::chunked() {
  BodyDecoder decoder;
  decoder.state_ = State::size;
  decoder.chunked_ = true;
  return decoder;
}

std::string_view BodyDecoder::take(std::string_view& input) {
  while (!input.empty() && state_ < State::done) {
    if (state_ != State::data) {
      read(input.front());
      input.remove_prefix(1);
      continue;
    }
    const std::string_view piece = input.substr(0, std::min<std::uint64_t>(left_, input.size()));
    input.remove_prefix(piece.size());
    left_ -= piece.size();
    if (left_ == 0) state_ = chunked_ ? State::data_cr : State::done;
    return piece;
  }
  return {};
}

void BodyDecoder::read(char c) {
  switch (state_) {
    case State::size:
      return read_size(c);
    case State::blanks:
    case State::extension:
      return read_extension(c);
    case State::size_lf:
      expect(c, '\n', left_ == 0 ? State::end_cr : State::data, kBadEnd);
      return;
    case State::data_cr:
      return expect(c, '\r', State::data_lf, kBadEnd);
    case State::data_lf:
      digits_ = 0;
      extension_ = 0;
      return expect(c, '\n', State::size, kBadEnd);
    case State::end_cr:
      return expect(c, '\r', State::end_lf, kTrailers);
    case State::end_lf:
      return expect(c, '\n', State::done, kBadEnd);
    case State::data:
    case State::done:
    case State::broken:
      return;
  }
}

void BodyDecoder::read_size(char c) {
  const int digit = digit_of(c);
  if (digit < 0) {
    if (digits_ == 0) return fail(kBadSize);
    state_ = State::blanks;
    return read_extension(c);
  }
  if (++digits_ > kMaxDigits) return fail(kBadSize);
  left_ = left_ * 16 + static_cast<unsigned>(digit);
}

void BodyDecoder::read_extension(char c) {
  if (c == '\r') {
    if (quoted_) return fail(kBadExtension);  // for somebody else the string would go on behind the line
    state_ = State::size_lf;
    return;
  }
  if (c == '"' && !escaped_) quoted_ = !quoted_;
  escaped_ = quoted_ && c == '\\' && !escaped_;
  if (state_ == State::blanks && c == ';')
    state_ = State::extension;
  else if (state_ == State::blanks && c != ' ' && c != '\t')
    return fail(kBadSize);
  if (++extension_ > kMaxExtension || is_control(c)) fail(kBadExtension);
}

void BodyDecoder::expect(char c, char wanted, State next, const char* otherwise) {
  if (c != wanted) return fail(otherwise);
  state_ = next;
}

void BodyDecoder::fail(const char* why) {
  state_ = State::broken;
  error_ = why;
}

}  // namespace push::net
