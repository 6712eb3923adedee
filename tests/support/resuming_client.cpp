#include "support/resuming_client.hpp"

#include <poll.h>

#include <nlohmann/json.hpp>

#include "support/stream_client.hpp"

namespace push::support {

void ResumingClient::open(const Address& address, std::uint64_t first) {
  cut();
  const std::string since = std::to_string(ids_.empty() ? first : ids_.back());
  std::string request;
  if (kind_ == StreamKind::websocket) {
    request = upgrade_request("/stream?since_id=" + since, headers_);
  } else {
    request = "GET /stream HTTP/1.1\r\nHost: push\r\nLast-Event-ID: " + since +
              "\r\nAccept: " + (kind_ == StreamKind::sse ? "text/event-stream" : "application/x-ndjson") + "\r\n";
    for (const std::string& line : headers_) request += line + "\r\n";
  }
  socket_ = Socket::connect(address);
  socket_.send(request + "\r\n");
  std::string input;
  std::size_t end = 0;
  while ((end = input.find("\r\n\r\n")) == std::string::npos) {
    if (!socket_.receive(input)) throw ConnectionLost("the server closed the connection before its answer");
  }
  head_ = input.substr(0, end + 4);
  reader_ = FrameReader(input.substr(end + 4));
  const std::string expected = kind_ == StreamKind::websocket ? "HTTP/1.1 101 " : "HTTP/1.1 200 ";
  if (!head_.starts_with(expected)) throw Failure("no stream: " + input);
}

void ResumingClient::cut() {
  socket_.close();
  reader_ = FrameReader();
}

bool ResumingClient::read_for(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    if (kind_ == StreamKind::websocket) take_frames();
    if (kind_ == StreamKind::sse) take_events();
    if (kind_ == StreamKind::ndjson) take_lines();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;
    pollfd readable{.fd = socket_.descriptor(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(left.count())) > 0 && !socket_.receive(reader_.input())) return false;
  }
}

std::string ResumingClient::header(std::string_view name) const {
  return Answer{0, head_, {}}.header(name);
}

void ResumingClient::take(std::string_view json) {
  ids_.push_back(nlohmann::json::parse(json).at("id"));
}

void ResumingClient::take_frames() {
  while (const auto frame = reader_.next()) {
    if (frame->opcode == Opcode::text) take(frame->payload);
    if (frame->opcode == Opcode::ping) socket_.send(client_frame(Opcode::pong, frame->payload));
  }
}

// "id: N", "data: {...}"; comments and "retry:" are not messages.
void ResumingClient::take_events() {
  std::string& input = reader_.input();
  for (std::size_t end = 0; (end = input.find("\n\n")) != std::string::npos; input.erase(0, end + 2)) {
    const std::string_view block = std::string_view(input).substr(0, end);
    const std::size_t data = block.find("\ndata: ");
    if (!block.starts_with("id: ") || data == std::string_view::npos) continue;
    take(block.substr(data + 7));
    if (block.substr(4, data - 4) != std::to_string(ids_.back())) throw Failure("another id: " + std::string(block));
  }
}

void ResumingClient::take_lines() {
  std::string& input = reader_.input();
  for (std::size_t end = 0; (end = input.find('\n')) != std::string::npos; input.erase(0, end + 1)) {
    if (end > 0) take(std::string_view(input).substr(0, end));
  }
}

}  // namespace push::support
