#include "support/resuming_client.hpp"

#include <poll.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "support/http_response.hpp"
#include "support/stream_client.hpp"

namespace push::support {
namespace {

// The number at the beginning of a text.
std::uint64_t leading_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) throw Failure("no number: " + std::string(text));
  return number;
}

}  // namespace

void ResumingClient::open(const Address& address, std::uint64_t first) {
  cut();
  address_ = address;
  first_ = first;
  const std::string since = std::to_string(ids_.empty() ? first : ids_.back());
  std::string request;
  if (kind_ == StreamKind::websocket) {
    request = upgrade_request("/stream?since_id=" + since, headers_);
  } else {
    const std::string wait = std::to_string(kPollSeconds);
    const std::string target = kind_ == StreamKind::poll ? "/stream?transport=poll&timeout=" + wait : "/stream";
    request = "GET " + target + " HTTP/1.1\r\nHost: push\r\nLast-Event-ID: " + since +
              "\r\nAccept: " + (kind_ == StreamKind::sse ? "text/event-stream" : "application/x-ndjson") + "\r\n";
    for (const std::string& line : headers_) request += line + "\r\n";
  }
  socket_ = Socket::connect(address);
  socket_.send(request + "\r\n");
  if (kind_ == StreamKind::poll) return;
  std::string input;
  std::size_t end = 0;
  while ((end = input.find("\r\n\r\n")) == std::string::npos) {
    if (!socket_.receive(input)) throw ConnectionLost("the server closed the connection before its answer");
  }
  const std::string expected = kind_ == StreamKind::websocket ? "HTTP/1.1 101 " : "HTTP/1.1 200 ";
  if (!input.starts_with(expected)) throw Failure("no stream: " + input);
  head_ = input.substr(0, end + 2);
  if (header("Gotify-Stream-Complete") != "true") ++incomplete_;
  reader_ = FrameReader(input.substr(end + 4));
  take_arrived();
}

void ResumingClient::cut() {
  socket_.close();
  reader_ = FrameReader();
}

bool ResumingClient::read() {
  const bool goes_on = socket_.receive(reader_.input());
  const bool answered = kind_ == StreamKind::poll && take_answer();
  if (kind_ != StreamKind::poll) take_arrived();
  if (goes_on && !answered) return true;
  cut();
  return false;
}

bool ResumingClient::read_for(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;
    pollfd readable{.fd = descriptor(), .events = POLLIN, .revents = 0};
    if (::poll(&readable, 1, static_cast<int>(left.count())) <= 0) continue;
    if (kind_ == StreamKind::poll) head_.clear();
    if (read()) continue;
    if (kind_ != StreamKind::poll || head_.empty()) return false;  // an answer has a head
    open(address_, first_);
  }
}

std::string ResumingClient::header(std::string_view name) const {
  return std::string(find_header(head_, name).value_or(""));
}

// The id is the first member of a message.
void ResumingClient::take(std::string_view json) {
  constexpr std::string_view kBegin = R"({"id":)";
  while (json.ends_with('\n')) json.remove_suffix(1);
  if (!json.starts_with(kBegin) || !json.ends_with('}')) throw Failure("no message: " + std::string(json));
  ids_.push_back(leading_number(json.substr(kBegin.size())));
}

void ResumingClient::take_arrived() {
  if (kind_ == StreamKind::websocket) take_frames();
  if (kind_ == StreamKind::sse) take_events();
  if (kind_ == StreamKind::ndjson) take_lines();
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
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = input.find("\n\n", begin)) != std::string::npos; begin = end + 2) {
    const std::string_view block = std::string_view(input).substr(begin, end - begin);
    const std::size_t data = block.find("\ndata: ");
    if (!block.starts_with("id: ") || data == std::string_view::npos) continue;
    take(block.substr(data + 7));
    if (leading_number(block.substr(4)) != ids_.back()) throw Failure("another id: " + std::string(block));
  }
  input.erase(0, begin);
}

void ResumingClient::take_lines() {
  std::string& input = reader_.input();
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = input.find('\n', begin)) != std::string::npos; begin = end + 1) {
    if (end > begin) take(std::string_view(input).substr(begin, end - begin));
  }
  input.erase(0, begin);
}

// False: it is not whole yet.
bool ResumingClient::take_answer() {
  const auto answer = parse_response(reader_.input());
  if (!answer) return false;
  if (answer->status != 200 && answer->status != 204) throw Failure("no answer to a poll: " + reader_.input());
  head_ = answer->head;
  if (answer->status == 204) return true;
  const auto body = nlohmann::json::parse(answer->body);
  if (body.at("complete") != true) ++incomplete_;
  for (const auto& message : body.at("messages")) ids_.push_back(message.at("id"));
  return true;
}

}  // namespace push::support
