// Many subscribers that read continuously, with one epoll descriptor and one thread. Pings are answered.
#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "push/core/mutex.hpp"
#include "support/stream_client.hpp"

namespace push::support {

struct Subscriber {
  std::vector<std::string> messages;  // payloads, in the order of arrival
  bool ended = false;                 // the TCP connection
  bool close_frame = false;           // a Close frame came before
  std::string wrong;                  // protocol violation, "" = none
};

class StreamCrowd {
 public:
  StreamCrowd();
  ~StreamCrowd();
  StreamCrowd(const StreamCrowd&) = delete;
  StreamCrowd& operator=(const StreamCrowd&) = delete;

  // Adds `count` subscribers with these credentials; returns the index of the first. Throws Failure.
  std::size_t join(const Address& address, const Lines& headers, std::size_t count = 1);

  std::size_t size() const;
  Subscriber subscriber(std::size_t index) const;
  std::vector<Subscriber> everybody() const;
  // False if that does not happen within kPatience.
  bool wait_for_messages(std::size_t of_all_together);
  bool wait_for_messages_each(std::size_t count);
  bool wait_for_ends(std::size_t count);

 private:
  struct Member {
    Socket socket;
    FrameReader reader;
    Subscriber seen;
  };
  void run();
  void read(Member& member) PUSH_REQUIRES(mutex_);
  void take_frames(Member& member) PUSH_REQUIRES(mutex_);
  bool wait_until(const std::function<bool()>& condition);

  const int epoll_;
  std::atomic<bool> stopping_{false};
  mutable core::Mutex mutex_;
  core::Condition changed_;
  std::vector<Member> members_ PUSH_GUARDED_BY(mutex_);
  std::size_t messages_ PUSH_GUARDED_BY(mutex_) = 0;
  std::size_t ends_ PUSH_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace push::support
