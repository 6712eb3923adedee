#include "support/stream_crowd.hpp"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace push::support {
namespace {

constexpr int kTick = 20;  // milliseconds, the longest time until a stop is noticed

}  // namespace

StreamCrowd::StreamCrowd() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) throw Failure("epoll_create1 failed");
  thread_ = std::thread([this] { run(); });
}

StreamCrowd::~StreamCrowd() {
  stopping_ = true;
  thread_.join();
  ::close(epoll_);
}

std::size_t StreamCrowd::join(const Address& address, const Lines& headers, std::size_t count) {
  std::size_t first = size();
  for (std::size_t i = 0; i < count; ++i) {
    auto [socket, reader] = StreamClient::open(address, headers).detach();
    const int descriptor = socket.descriptor();
    ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    const core::Lock lock(mutex_);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = members_.size();
    members_.push_back({std::move(socket), std::move(reader), {}});
    take_frames(members_.back());
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) throw Failure("epoll_ctl failed");
  }
  return first;
}

void StreamCrowd::run() {
  std::array<epoll_event, 256> events;
  while (!stopping_) {
    const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), kTick);
    if (ready <= 0) continue;
    const core::Lock lock(mutex_);
    for (int i = 0; i < ready; ++i) read(members_[events[static_cast<std::size_t>(i)].data.u64]);
    changed_.notify_all();
  }
}

void StreamCrowd::read(Member& member) {
  std::array<char, 64 * 1024> chunk;
  const ssize_t got = ::recv(member.socket.descriptor(), chunk.data(), chunk.size(), 0);
  if (got > 0) {
    member.reader.input().append(chunk.data(), static_cast<std::size_t>(got));
    return take_frames(member);
  }
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (!member.reader.input().empty()) member.seen.wrong = "ended inside a frame";
  member.seen.ended = true;
  member.socket.close();
  ++ends_;
}

void StreamCrowd::take_frames(Member& member) {
  try {
    while (auto frame = member.reader.next()) {
      if (frame->opcode == Opcode::ping) {
        member.socket.send(client_frame(Opcode::pong, frame->payload));
      } else if (frame->opcode == Opcode::close) {
        member.seen.close_frame = true;
      } else if (frame->opcode == Opcode::text && frame->final) {
        member.seen.messages.push_back(std::move(frame->payload));
        ++messages_;
      } else {
        member.seen.wrong = "neither a whole text nor a control frame";
      }
    }
  } catch (const ConnectionLost&) {
    // The next read will see the end.
  } catch (const Failure& failure) {
    member.seen.wrong = failure.what();
  }
}

std::size_t StreamCrowd::size() const {
  const core::Lock lock(mutex_);
  return members_.size();
}

Subscriber StreamCrowd::subscriber(std::size_t index) const {
  const core::Lock lock(mutex_);
  return members_.at(index).seen;
}

std::vector<Subscriber> StreamCrowd::everybody() const {
  const core::Lock lock(mutex_);
  std::vector<Subscriber> all;
  for (const Member& member : members_) all.push_back(member.seen);
  return all;
}

bool StreamCrowd::wait_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  const core::Lock lock(mutex_);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    changed_.wait_for(mutex_, std::stop_token(), std::chrono::milliseconds(100));
  }
  return true;
}

bool StreamCrowd::wait_for_messages(std::size_t of_all_together) {
  return wait_until([&]() PUSH_NO_ANALYSIS { return messages_ >= of_all_together; });
}

bool StreamCrowd::wait_for_messages_each(std::size_t count) {
  return wait_until([&]() PUSH_NO_ANALYSIS {
    return std::all_of(members_.begin(), members_.end(),
                       [count](const Member& member) { return member.seen.messages.size() >= count; });
  });
}

bool StreamCrowd::wait_for_ends(std::size_t count) {
  return wait_until([&]() PUSH_NO_ANALYSIS { return ends_ >= count; });
}

}  // namespace push::support
