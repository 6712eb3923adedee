#include "benchmark/durable_floor.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "benchmark/support/check.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/socket.hpp"
#include "push/core/descriptor.hpp"

namespace push::bench {
namespace {

// A frame of SQLite's log is a page and its header; a single message changes four pages (its leaf, two indexes, the
// sequence). The log grows to 4 MB before it starts over.
constexpr std::size_t kCommitBytes = 4 * (4096 + 24);
constexpr std::size_t kLogBytes = 1000 * (4096 + 24);

struct Post {
  int poster = -1;
  std::string message;  // JSON
};

class Disk {
 public:
  explicit Disk(const std::string& path)
      : file_(must(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), "open")),
        done_(must(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
    const std::string zeros(kLogBytes, '\0');
    must(::pwrite(file_.get(), zeros.data(), zeros.size(), 0), "pwrite");
    must(::fsync(file_.get()), "fsync");
    std::thread([this] { run(); }).detach();  // ends with the process
  }

  int done_fd() const { return done_.get(); }
  void submit(Post post) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(post));
    }
    wake_.notify_one();
  }
  std::vector<Post> take_done() {
    std::uint64_t count = 0;
    [[maybe_unused]] const ssize_t size = ::read(done_.get(), &count, sizeof count);
    const std::lock_guard lock(mutex_);
    return std::exchange(stored_, {});
  }

 private:
  void run() {
    const std::string bytes(kCommitBytes, 'x');
    for (off_t at = 0;; at = at + static_cast<off_t>(2 * kCommitBytes) > static_cast<off_t>(kLogBytes)
                                 ? 0
                                 : at + static_cast<off_t>(kCommitBytes)) {
      std::vector<Post> batch;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [&] { return !waiting_.empty(); });
        batch.swap(waiting_);
      }
      must(::pwrite(file_.get(), bytes.data(), bytes.size(), at), "pwrite");
      must(::fdatasync(file_.get()), "fdatasync");
      {
        const std::lock_guard lock(mutex_);
        for (Post& post : batch) stored_.push_back(std::move(post));
      }
      constexpr std::uint64_t kOne = 1;
      must(::write(done_.get(), &kOne, sizeof kOne), "eventfd");
    }
  }

  core::Descriptor file_;
  core::Descriptor done_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Post> waiting_;
  std::vector<Post> stored_;
};

class Floor {
 public:
  Floor(const core::Descriptor& listener, const std::string& directory)
      : listener_(listener), disk_(directory + "/log"), epoll_(must(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")) {
    watch(listener.get());
    watch(disk_.done_fd());
  }

  [[noreturn]] void run() {
    while (true) {
      std::array<epoll_event, 16> events{};
      const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < count; ++i) on_ready(events[static_cast<std::size_t>(i)].data.fd);
    }
  }

 private:
  void watch(int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    must(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  }

  void on_ready(int fd) {
    if (fd == listener_.get()) return watch(must(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC), "accept4"));
    if (fd == disk_.done_fd()) {
      for (const Post& post : disk_.take_done()) hand_out(post);
      return;
    }
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (size <= 0) {
      ::close(fd);
      if (subscriber_ == fd) subscriber_ = -1;
      return;
    }
    on_request(fd, {buffer.data(), static_cast<std::size_t>(size)});  // small, so it arrives in one piece
  }

  void on_request(int fd, std::string_view request) {
    if (request.starts_with("GET /stream")) {
      subscriber_ = fd;
      return send_whole(fd,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: " +
                            std::string(kExpectedAccept) + "\r\n\r\n");
    }
    const std::size_t body = request.find("\r\n\r\n");
    if (!request.starts_with("POST ") || body == std::string_view::npos) fail("floor: not a POST in one piece");
    disk_.submit({fd, R"({"id":)" + std::to_string(++last_id_) + "," + std::string(request.substr(body + 5))});
  }

  void hand_out(const Post& post) const {
    const std::size_t size = post.message.size();
    std::string frame{static_cast<char>(0x81), 126, static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)};
    if (subscriber_ >= 0) send_whole(subscriber_, frame + post.message);
    send_whole(post.poster, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                                std::to_string(size) + "\r\n\r\n" + post.message);
  }

  const core::Descriptor& listener_;
  Disk disk_;
  core::Descriptor epoll_;
  int subscriber_ = -1;
  std::uint64_t last_id_ = 0;
};

}  // namespace

DurableFloor::DurableFloor(const std::string& directory) : scratch_(disk_folder(directory)) {
  const core::Descriptor listener = listen_on_loopback(port_);
  process_ = support::Process::fork([&] { Floor(listener, scratch_.path()).run(); });
}

}  // namespace push::bench
