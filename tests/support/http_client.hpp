// A blocking HTTP/1.1 client on one kept-alive connection, strict about what it accepts. One thread at a time.
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/socket.hpp"

namespace push::support {

struct Answer {
  int status = 0;
  std::string head;  // status line and headers as received, up to the empty line
  std::string body;

  // First value, "" if absent; the name's case does not matter.
  std::string header(std::string_view name) const;
  bool has(std::string_view name) const;
  nlohmann::json json() const { return nlohmann::json::parse(body); }
};

// Header lines without their end, as "X-Gotify-Key: abc".
using Lines = std::vector<std::string>;
std::string key_header(const std::string& token);
std::string basic_header(const std::string& name, const std::string& password);

inline constexpr const char* kJson = "application/json";
inline constexpr const char* kForm = "application/x-www-form-urlencoded";

class HttpClient {
 public:
  // `always` is sent with every request, e.g. credentials.
  explicit HttpClient(Address address, Lines always = {}) : address_(std::move(address)), always_(std::move(always)) {}
  // On an existing connection.
  explicit HttpClient(Socket socket) : socket_(std::move(socket)) {}

  // Connects when there is no connection (any more); throws ConnectionLost when it breaks.
  Answer request(const std::string& method, const std::string& target, const Lines& headers = {},
                 const std::string& body = {});
  Answer get(const std::string& target, const Lines& headers = {}) { return request("GET", target, headers); }
  Answer post(const std::string& target, const std::string& type, const std::string& body, const Lines& headers = {});

  // Sends raw bytes; reads the next response on this connection, whatever requested it.
  void write(std::string_view bytes);
  Answer read(bool bodiless = false);
  // The server closed the connection after the last response.
  bool ended();
  void close();
  int connections() const { return connections_; }
  // After an upgrade: the socket and the bytes that followed the response.
  std::pair<Socket, std::string> detach();

 private:
  void connect();

  Address address_;
  Lines always_;
  Socket socket_;
  std::string input_;
  int connections_ = 0;
  bool last_ = false;  // the last response said Connection: close
};

}  // namespace push::support
