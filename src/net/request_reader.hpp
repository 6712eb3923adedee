// Reads one request from bytes that arrive in pieces: finds and checks its header, then takes its body. No I/O.
#pragma once
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/body_decoder.hpp"
#include "net/header_scanner.hpp"
#include "net/request_rules.hpp"

namespace push::net {

class RequestReader {
 public:
  enum class Progress : std::uint8_t { incomplete, complete, refused };

  RequestReader();

  // RFC 9112 2.2: empty lines before a request are ignored. Go's server ignores single CRs and LFs, too.
  static void skip_empty_lines(std::string_view& input);

  // `input` begins with the header, and the next call passes the same bytes and more. Removes a complete header.
  // `limit` in bytes.
  Progress read_header(std::string_view& input, std::size_t limit);
  // After the header. Removes the body's bytes from `input` and appends them to body().
  Progress read_body(std::string_view& input);
  // The same, but forgets them.
  Progress skip_body(std::string_view& input);

  // After `refused`.
  const Rejection& rejection() const { return *rejection_; }
  // After the header.
  const Header& header() const { return parser_.get(); }
  bool keep_alive() const { return parser_.keep_alive(); }
  // The client waits for `100 Continue`, has not sent all of the body, and has not been told yet.
  bool expects_continue() const { return expects_continue_ && !decoder_.is_done(); }
  // The same; it is told now.
  bool take_expectation() { return std::exchange(expects_continue_, false) && !decoder_.is_done(); }
  const BodyDecoder& decoder() const { return decoder_; }

  const std::string& body() const { return body_; }
  // Bytes that the reader holds besides the header.
  std::size_t capacity() const { return body_.capacity(); }
  void drop_body();

 private:
  Progress refuse(Rejection rejection);
  Progress parse(std::string_view header);
  Progress progress();
  void append(std::string_view piece);

  boost::beast::http::request_parser<boost::beast::http::empty_body> parser_;
  HeaderScanner scanner_;
  BodyDecoder decoder_;
  std::string body_;
  std::optional<Rejection> rejection_;
  bool expects_continue_ = false;
};

}  // namespace push::net
