// Finds the end of a request's header in bytes that arrive in pieces, and turns what Go's HTTP server reads but
// Boost.Beast does not into what Beast reads: lines that end in LF alone, and HTTP/1.2 to HTTP/1.9, which are read as
// HTTP/1.1. No I/O. A header that Beast reads as it is is not copied.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace push::net {

class HeaderScanner {
 public:
  static constexpr std::size_t kMaxFields = 256;   // each costs an allocation and a tree node
  static constexpr std::size_t kMaxLine = 65'000;  // Beast counts a field's bytes in 16 bits and throws beyond

  // folded: a line begins with a blank (obs-fold, RFC 9112 5.2). too_long: a line is.
  // too_many: fields.
  enum class Progress : std::uint8_t { incomplete, complete, folded, too_long, too_many };

  // `input` begins with the request line. The next call passes the same bytes and more; none is looked at twice.
  Progress scan(std::string_view input);
  // Of a complete header, with its empty line.
  std::size_t size() const { return scanned_; }
  // A complete header as Beast reads it: the front of `input`, or `copy`.
  std::string_view normalized(std::string_view input, std::string& copy) const;

 private:
  void look_at_version(std::string_view request_line);

  std::size_t scanned_ = 0;
  std::size_t line_ = 0;  // where the current line begins
  std::size_t lines_ = 0;
  std::size_t version_digit_ = 0;  // where a later minor version is; 0 = nowhere
  bool plain_ = true;              // Beast reads it as it is
};

}  // namespace push::net
