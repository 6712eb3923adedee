// Bytes of one connection -> requests. However they are split, the requests are the same; bytes of bodies are never
// changed; no trailer and no control character of a header gets through; and where Beast alone reads a chunked body,
// ours reads the same.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/request_reader.hpp"
#include "push/core/check.hpp"

namespace {

namespace http = boost::beast::http;
using push::net::RequestReader;
using Progress = RequestReader::Progress;

constexpr std::size_t kLimit = 1024;

struct Seen {
  std::vector<std::string> requests;
  bool refused = false;

  bool operator==(const Seen&) const = default;
};

std::string text_of(const RequestReader& reader) {
  std::string out = std::string(reader.header().method_string()) + ' ' + std::string(reader.header().target());
  for (const auto& field : reader.header()) {
    out += '\n' + std::string(field.name_string()) + ": " + std::string(field.value());
    PUSH_CHECK(reader.header().count(field.name_string()) == 1);
    for (const char c : field.value()) PUSH_CHECK(c == '\t' || (c != '\x7f' && static_cast<unsigned char>(c) >= ' '));
  }
  PUSH_CHECK(reader.header().version() == 10 || reader.header().count(http::field::host) == 1);
  return out + "\n\n" + reader.body();
}

// The second opinion: Beast's own parser, which is stricter about blanks and laxer about trailers.
void check_chunks(std::string_view raw, const std::string& body) {
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  std::string bytes = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  bytes += raw;
  boost::system::error_code error;
  parser.put(boost::asio::buffer(bytes), error);
  PUSH_CHECK(error != http::error::need_more);  // what is behind the end would be the next request
  if (error) return;
  PUSH_CHECK(parser.is_done() && parser.get().body() == body);
  PUSH_CHECK(std::distance(parser.get().begin(), parser.get().end()) == 1);  // no trailers
}

void check_body(const RequestReader& reader, std::string_view raw) {
  if (reader.decoder().is_chunked())
    check_chunks(raw, reader.body());
  else
    PUSH_CHECK(raw == reader.body());
}

// As a session does it: what is not consumed is passed again, with more.
class Connection {
 public:
  void receive(std::string_view piece) {
    if (seen_.refused) return;
    rest_ += piece;
    const std::string copy = rest_;  // on the heap, so that ASan sees its end
    std::string_view input = copy;
    while (!seen_.refused && read_one(input)) {
    }
    rest_.erase(0, rest_.size() - input.size());
  }
  const Seen& seen() const { return seen_; }

 private:
  // False: it needs more.
  bool read_one(std::string_view& input) {
    if (reader_ == nullptr) {
      RequestReader::skip_empty_lines(input);
      if (input.empty()) return false;
      reader_ = std::make_unique<RequestReader>();
      in_body_ = false;
      raw_body_.clear();
    }
    if (!in_body_) {
      const Progress header = reader_->read_header(input, kLimit);
      if (header == Progress::incomplete) return false;
      if (header == Progress::refused) return refuse();
      in_body_ = true;
    }
    const std::string_view before = input;
    const Progress body = reader_->read_body(input);
    raw_body_ += before.substr(0, before.size() - input.size());
    if (body == Progress::refused) return refuse();
    if (body == Progress::incomplete) {
      PUSH_CHECK(input.empty());
      return false;
    }
    check_body(*reader_, raw_body_);
    seen_.requests.push_back(text_of(*reader_));
    reader_.reset();
    return true;
  }
  bool refuse() {
    seen_.refused = true;
    return false;
  }

  std::string rest_;
  std::unique_ptr<RequestReader> reader_;
  bool in_body_ = false;
  std::string raw_body_;
  Seen seen_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t step = 1 + data[0] % 31;  // the first byte decides how the rest is split
  const std::string_view input(reinterpret_cast<const char*>(data + 1), size - 1);
  Connection whole;
  whole.receive(input);
  Connection bytes;
  for (const char byte : input) bytes.receive({&byte, 1});
  Connection pieces;
  for (std::size_t at = 0; at < input.size(); at += step) pieces.receive(input.substr(at, step));
  PUSH_CHECK(whole.seen() == bytes.seen());
  PUSH_CHECK(whole.seen() == pieces.seen());
  return 0;
}
