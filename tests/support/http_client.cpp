#include "support/http_client.hpp"

#include <utility>

#include "support/http_response.hpp"

namespace push::support {
namespace {

std::string base64(std::string_view plain) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string coded;
  for (std::size_t i = 0; i < plain.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) {
      group = group << 8 | (i + j < plain.size() ? static_cast<unsigned char>(plain[i + j]) : 0U);
    }
    for (std::size_t j = 0; j < 4; ++j) {
      coded += i + j > plain.size() ? '=' : kAlphabet[group >> (18 - 6 * j) & 63U];
    }
  }
  return coded;
}

}  // namespace

std::string Answer::header(std::string_view name) const {
  return std::string(find_header(head, name).value_or(""));
}

bool Answer::has(std::string_view name) const {
  return find_header(head, name).has_value();
}

std::string key_header(const std::string& token) {
  return "X-Gotify-Key: " + token;
}

std::string basic_header(const std::string& name, const std::string& password) {
  return "Authorization: Basic " + base64(name + ":" + password);
}

void HttpClient::connect() {
  input_.clear();
  last_ = false;
  socket_ = Socket::connect(address_);
  ++connections_;
}

Answer HttpClient::request(const std::string& method, const std::string& target, const Lines& headers,
                           const std::string& body) {
  std::string text = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const Lines* lines : {&std::as_const(always_), &headers}) {
    for (const std::string& line : *lines) text += line + "\r\n";
  }
  if (!body.empty() || method == "POST") text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  write(text + "\r\n" + body);
  return read(method == "HEAD");
}

Answer HttpClient::post(const std::string& target, const std::string& type, const std::string& body,
                        const Lines& headers) {
  Lines all = headers;
  all.push_back("Content-Type: " + type);
  return request("POST", target, all, body);
}

void HttpClient::write(std::string_view bytes) {
  if (last_) close();
  if (!socket_.open()) connect();
  socket_.send(bytes);
}

Answer HttpClient::read(bool bodiless) {
  if (!socket_.open()) throw ConnectionLost("there is no connection to read from");
  const auto more = [this] {
    if (socket_.receive(input_)) return;
    close();
    throw ConnectionLost("the server closed the connection before a whole answer");
  };
  auto response = parse_response(input_, bodiless);
  for (; !response; response = parse_response(input_, bodiless)) more();
  Answer answer{response->status, std::string(response->head), std::string(response->body)};
  input_.erase(0, response->size);
  last_ = answer.header("Connection") == "close";
  return answer;
}

bool HttpClient::ended() {
  const bool closed = !socket_.receive(input_);
  if (closed) socket_.close();
  return closed && input_.empty();
}

void HttpClient::close() {
  socket_.close();
  input_.clear();
  last_ = false;
}

std::pair<Socket, std::string> HttpClient::detach() {
  return {std::move(socket_), std::exchange(input_, {})};
}

}  // namespace push::support
