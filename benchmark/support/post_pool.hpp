// Keep-alive connections that each carry one request at a time.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "benchmark/support/http.hpp"
#include "push/core/descriptor.hpp"

namespace push::bench {

class PostPool {
 public:
  // A result: the tag passed to send(), and the response; status 0 if the connection broke instead.
  using Done = std::function<void(std::uint64_t tag, std::int64_t written_ns, const Response& response)>;

  PostPool(std::uint16_t port, std::size_t connections);

  bool has_free() const { return !free_.empty(); }
  std::size_t in_flight() const { return alive_ - free_.size(); }
  std::size_t alive() const { return alive_; }
  int epoll_fd() const { return epoll_.get(); }

  // Needs a free connection.
  void send(const std::string& request, std::uint64_t tag);
  // Handles responses that have arrived; waits up to the timeout (0 = not at all) for the first.
  void poll(int timeout_ms, const Done& done);

 private:
  struct Connection {
    core::Descriptor fd;
    std::uint64_t tag = 0;
    std::int64_t written_ns = 0;
    std::string input;
  };

  void read(std::size_t index, const Done& done);

  core::Descriptor epoll_;
  std::vector<Connection> connections_;
  std::vector<std::size_t> free_;
  std::size_t alive_ = 0;
};

// One request on its own connection, for set-up; fails after the timeout. Returns status and body.
std::pair<int, std::string> request_once(std::uint16_t port, const std::string& request, double timeout_seconds);

}  // namespace push::bench
