// Reads server frames from a byte stream, as strictly as RFC 6455 requires of a client.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace push::support {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// A frame that points into another buffer.
struct FrameView {
  Opcode opcode = Opcode::text;
  bool final = true;
  std::string_view payload;
  std::size_t size = 0;  // of the whole frame
};

// The first frame in `bytes`, empty while it is incomplete. Throws Failure on one that a server must not send.
std::optional<FrameView> parse_server_frame(std::string_view bytes);

struct WireFrame {
  bool final = true;
  Opcode opcode = Opcode::text;
  std::string payload;
};

class FrameReader {
 public:
  explicit FrameReader(std::string first = {}) : input_(std::move(first)) {}
  std::string& input();  // what is not read yet; append what arrives
  // The next whole frame. Throws Failure on one that a server must not send.
  std::optional<WireFrame> next();

 private:
  std::string input_;
  std::size_t read_ = 0;  // of it
};

// A client's frame, masked.
std::string client_frame(Opcode opcode, std::string_view payload);
std::string client_close(std::uint16_t code);

}  // namespace push::support
