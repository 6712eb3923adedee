// One TCP connection that speaks HTTP/1.1: reads a request, hands it over, writes the answer, and again. Lives on one
// loop; the loop's session table and the running operation hold it. When it becomes a stream its descriptor moves on to
// the connection table and the session ends.
#pragma once
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "net/request.hpp"
#include "push/net/http.hpp"

namespace push::net {

class Loop;

class HttpSession : public std::enable_shared_from_this<HttpSession> {
 public:
  using Socket =
      boost::asio::basic_stream_socket<boost::asio::generic::stream_protocol, boost::asio::io_context::executor_type>;

  // handler outlives the session; gate is null on listeners without streams.
  HttpSession(Loop& loop, std::uint64_t id, Socket socket, std::string peer, RequestHandler& handler, StreamGate* gate);
  ~HttpSession();

  void start();
  void answer(Response response);
  void stream(const Request& request, const Admission& admission);
  // Visited by the loop once a second.
  void check_deadline(unsigned now);
  // Shutdown: an idle session ends now, a busy one after its answer.
  void drain();
  void abort();

 private:
  using Parser = boost::beast::http::request_parser<RequestBody>;
  enum class State { idle, reading_header, reading_body, handling, writing, lingering, closed };

  void next_request();
  void read();
  void on_read(boost::system::error_code error, std::size_t bytes);
  void parse();       // as far as the buffer goes: handles what is whole, then reads on
  bool parse_some();  // true: a request is whole; false: needs more, or was refused
  bool on_header();   // false: refused
  bool charge();      // false: refused, there is no memory for more of this request
  void handle();
  void refuse_for_memory();
  void free_buffer();
  void reject(boost::system::error_code error);
  void reject(unsigned status, std::string_view reason);
  void write();
  void on_written(boost::system::error_code error);
  bool is_taking();  // the peer has taken some of the answer since this was asked last
  void linger();     // our end is closed; input is thrown away, so that no reset overtakes the answer
  void close();
  // Empty = the handshake is fine, else the answer.
  std::optional<Response> check_handshake(const Request& request, const Admission& admission) const;
  void set_deadline(unsigned seconds);

  Loop& loop_;
  const std::uint64_t id_;
  Socket socket_;
  const std::string peer_;
  RequestHandler& handler_;
  StreamGate* const gate_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  State state_ = State::idle;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool head_ = false;      // HEAD: the answer has no body
  bool reading_ = false;   // an asynchronous read is out
  bool rejected_ = false;  // there is input that nobody will read
  bool draining_ = false;
  bool parsing_ = false;   // an answer that comes inside handle() does not recurse
  unsigned deadline_ = 0;  // loop second; 0 = none
  RequestCharge charge_;   // of the request that is being read
  std::string out_;        // response head
  Response response_;
  std::size_t written_ = 0;  // bytes of the answer that the kernel has
  std::size_t taken_ = 0;    // and of them the peer
};

}  // namespace push::net
