// One subscriber that reads only on request. One thread at a time.
#pragma once
#include <cstdint>
#include <string>

#include "support/frame.hpp"
#include "support/http_client.hpp"

namespace push::support {

struct StreamEvent {
  enum class Kind { message, ping, pong, close, end };
  Kind kind = Kind::end;
  std::string payload;
  std::uint16_t code = 0;  // of a Close frame; 0 = none
};

class StreamClient {
 public:
  struct Options {
    std::string target = "/stream";
    int receive_buffer = 0;  // SO_RCVBUF in bytes, 0 = the kernel's own
  };
  // Upgrades; throws Failure with the response if it is not a 101.
  static StreamClient open(const Address& address, const Lines& headers, const Options& options);
  static StreamClient open(const Address& address, const Lines& headers) { return open(address, headers, Options()); }

  // The next event; answers nothing. Throws Failure after kPatience.
  StreamEvent next();
  // The next message; answers pings on the way. Throws Failure on anything else.
  std::string next_message();

  void send(std::string_view bytes) { socket_.send(bytes); }
  void pong(const StreamEvent& ping) { send(client_frame(Opcode::pong, ping.payload)); }
  // For StreamCrowd, which reads many at once.
  std::pair<Socket, FrameReader> detach() { return {std::move(socket_), std::move(reader_)}; }

 private:
  StreamClient(Socket socket, std::string first) : socket_(std::move(socket)), reader_(std::move(first)) {}

  Socket socket_;
  FrameReader reader_;
};

// The request that opens a stream, without the empty line at its end.
std::string upgrade_request(const std::string& target, const Lines& headers);

}  // namespace push::support
