// A connected stream socket that blocks, with one long failure timeout on every wait.
#pragma once
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace push::support {

// How long a test waits for something that must happen; running out of it is a failure, never a pass.
inline constexpr std::chrono::seconds kPatience{90};

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The other end went away.
struct ConnectionLost : Failure {
  using Failure::Failure;
};

struct Address {
  std::string host = "127.0.0.1";  // IPv4, IPv6 or unix:/path
  std::uint16_t port = 0;
};

class Socket {
 public:
  Socket() = default;
  // receive_buffer: bytes for SO_RCVBUF, 0 = the kernel's own. Throws ConnectionLost.
  static Socket connect(const Address& address, int receive_buffer = 0);
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;
  ~Socket();

  bool open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }
  void close();
  // All of it. Throws ConnectionLost.
  void send(std::string_view bytes);
  // Appends what comes next; false at the peer's end, be it orderly or a reset. Throws Failure after kPatience.
  bool receive(std::string& into);

 private:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

// Bound a moment ago and given back: nobody else is likely to take it at once.
std::uint16_t free_port();
bool has_ipv6_loopback();

}  // namespace push::support
