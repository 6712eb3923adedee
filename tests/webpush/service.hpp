// A push service that answers what a test says: plain HTTP on a free port, one request for each connection.
#pragma once
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace push::webpush {

class Service {
 public:
  Service() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 64);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = std::to_string(ntohs(address.sin_port));
    origin = "http://127.0.0.1:" + port;
    thread_ = std::thread([this] { serve(); });
  }
  ~Service() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    for (const int one : hanging_) ::close(one);
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  // What the next pushes to /name are answered: status line and headers, or "" = nothing at all. Then 201.
  void answer(const std::string& name, std::deque<std::string> answers) {
    const std::lock_guard lock(mutex_);
    answers_["/" + name] = std::move(answers);
  }
  std::size_t pushes(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = pushes_.find("/" + name);
    return found == pushes_.end() ? 0 : found->second;
  }
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

  std::string port;
  std::string origin;

 private:
  void serve() {
    for (;;) {
      const int one = ::accept(listener_, nullptr, nullptr);
      if (one < 0) return;
      {
        const std::lock_guard lock(mutex_);
        ++connections_;
      }
      const std::string text = reply(path_of(read(one)));
      if (text.empty()) {
        hanging_.push_back(one);
        continue;
      }
      const std::string whole = "HTTP/1.1 " + text + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      ::send(one, whole.data(), whole.size(), MSG_NOSIGNAL);
      ::close(one);
    }
  }
  // A whole request.
  static std::string read(int one) {
    std::string request;
    char bytes[8192];
    std::size_t wanted = std::string::npos;
    while (request.size() < wanted) {
      const ssize_t read = ::recv(one, bytes, sizeof bytes, 0);
      if (read <= 0) break;
      request.append(bytes, static_cast<std::size_t>(read));
      const auto end = request.find("\r\n\r\n");
      const auto length = request.find("Content-Length: ");
      if (end != std::string::npos && length < end) wanted = end + 4 + std::stoul(request.substr(length + 16));
    }
    return request;
  }
  static std::string path_of(const std::string& request) {
    const auto from = request.find(' ') + 1;
    return request.substr(from, request.find(' ', from) - from);
  }
  std::string reply(const std::string& path) {
    const std::lock_guard lock(mutex_);
    ++pushes_[path];
    std::deque<std::string>& answers = answers_[path];
    if (answers.empty()) return "201 Created";
    std::string next = answers.front();
    answers.pop_front();
    return next;
  }

  const int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  mutable std::mutex mutex_;
  std::map<std::string, std::deque<std::string>> answers_;
  std::map<std::string, std::size_t> pushes_;
  std::size_t connections_ = 0;
  std::vector<int> hanging_;
  std::thread thread_;
};

}  // namespace push::webpush
