#include "net/request_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <limits>
#include <utility>

namespace push::net {

RequestReader::RequestReader() {
  parser_.header_limit(std::numeric_limits<std::uint32_t>::max());  // read_header has its own
  parser_.skip(true);
}

void RequestReader::skip_empty_lines(std::string_view& input) {
  while (!input.empty() && (input.front() == '\r' || input.front() == '\n')) input.remove_prefix(1);
}

RequestReader::Progress RequestReader::read_header(std::string_view& input, std::size_t limit) {
  using Scan = HeaderScanner::Progress;
  const Scan scanned = scanner_.scan(input);
  if (scanned == Scan::folded) return refuse({Refusal::malformed, "a header line begins with a blank"});
  if (scanned == Scan::too_many) {
    return refuse(
        {Refusal::header_too_large, "has more than " + std::to_string(HeaderScanner::kMaxFields) + " fields"});
  }
  if (scanner_.size() > limit) {
    return refuse(
        {Refusal::header_too_large, "is larger than " + std::to_string(limit) + " bytes (server.http.headerlimit)"});
  }
  if (scanned == Scan::too_long) return refuse(line_too_long());
  if (scanned == Scan::incomplete) return Progress::incomplete;
  std::string copy;
  const Progress parsed = parse(scanner_.normalized(input, copy));
  input.remove_prefix(scanner_.size());
  return parsed;
}

RequestReader::Progress RequestReader::parse(std::string_view header) {
  boost::system::error_code error;
  parser_.put(boost::asio::buffer(header), error);
  if (!error && !parser_.is_header_done()) error = boost::beast::http::error::partial_message;
  if (error) return refuse({Refusal::malformed, error.message()});
  Framing framing;
  if (auto rejection = check_header(parser_.get(), framing)) return refuse(*std::move(rejection));
  decoder_ = framing.body;
  expects_continue_ = framing.expects_continue;
  return Progress::complete;
}

RequestReader::Progress RequestReader::read_body(std::string_view& input) {
  while (!input.empty() && !decoder_.is_done() && decoder_.error() == nullptr) append(decoder_.take(input));
  return progress();
}

RequestReader::Progress RequestReader::skip_body(std::string_view& input) {
  while (!input.empty() && !decoder_.is_done() && decoder_.error() == nullptr) decoder_.take(input);
  return progress();
}

RequestReader::Progress RequestReader::progress() {
  if (const char* error = decoder_.error()) return refuse({Refusal::malformed, error});
  return decoder_.is_done() ? Progress::complete : Progress::incomplete;
}

// Twice as much room each time, but never more than was announced.
void RequestReader::append(std::string_view piece) {
  const std::size_t needed = body_.size() + piece.size();
  if (needed > body_.capacity()) {
    const std::size_t doubled = 2 * body_.capacity();
    const bool known = !decoder_.is_chunked() && decoder_.remaining() < doubled;
    std::string larger;  // because reserve() of a non-empty string may double by itself
    larger.reserve(std::max(needed, known ? std::min<std::size_t>(doubled, needed + decoder_.remaining()) : doubled));
    larger = body_;
    body_.swap(larger);
  }
  body_ += piece;
}

void RequestReader::drop_body() {
  std::string().swap(body_);
}

RequestReader::Progress RequestReader::refuse(Rejection rejection) {
  rejection_ = std::move(rejection);
  return Progress::refused;
}

}  // namespace push::net
