// A connected, blocking stream socket with one long failure timeout on every wait.
#pragma once
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace push::support {

// How long a test waits for something that must happen; a timeout is a failure, never a pass.
inline constexpr std::chrono::seconds kPatience{90};

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The other end closed the connection.
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
  // Sends all of it. Throws ConnectionLost.
  void send(std::string_view bytes);
  // Appends what arrives next; false if the peer closed or reset the connection. Throws Failure after kPatience.
  bool receive(std::string& into);

 private:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

// Bound and released a moment ago, so nobody else is likely to take it right now.
std::uint16_t free_port();
bool has_ipv6_loopback();

}  // namespace push::support
