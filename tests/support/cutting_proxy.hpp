// A proxy in front of a PostgreSQL server that ends or holds up a connection at a chosen byte.
#pragma once
#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "push/core/mutex.hpp"
#include "support/process.hpp"

namespace push::test {

class CuttingProxy {
 public:
  // `server`: a connection that names the folder of its socket, as those of a PostgresServer do.
  explicit CuttingProxy(const std::string& server);
  ~CuttingProxy();
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;

  // The same connection through the proxy.
  const std::string& connection() const { return connection_; }

  enum class Way { to_server, to_client };
  enum class End {
    close,   // of both sides
    freeze,  // nothing moves in either direction until thaw()
  };
  struct Cut {
    std::string mark;       // it is for the first connection that sends these bytes to the server in one piece
    Way way;                // that piece and what follows it, or what is answered to it
    std::size_t after = 0;  // so many bytes still arrive
    End end = End::close;
  };
  // Any thread, like everything below. Replaces the last one.
  void arm(Cut cut);
  // Whether the last one has happened. False: its mark has not come, or fewer bytes than `after`.
  bool has_cut() const;
  void thaw();
  // Closes all connections, which has happened when it returns.
  void close_all();
  // The same, and new ones until the next call.
  void refuse(bool all);
  // How many connections were made so far, refused ones among them.
  int made() const { return made_.load(); }

 private:
  struct Link;
  void run();
  void take(std::vector<std::unique_ptr<Link>>& links);
  bool pass(Link& link, Way way);
  void wake();

  support::TemporaryDirectory folder_;
  std::string server_;  // path of its socket
  std::string connection_;
  int listener_ = -1;
  int wake_ = -1;
  mutable core::Mutex mutex_;
  std::optional<Cut> armed_ PUSH_GUARDED_BY(mutex_);  // no connection has sent the mark yet
  int number_ PUSH_GUARDED_BY(mutex_) = 0;            // of the last one
  bool has_cut_ PUSH_GUARDED_BY(mutex_) = false;
  bool closing_ PUSH_GUARDED_BY(mutex_) = false;
  bool refusing_ PUSH_GUARDED_BY(mutex_) = false;
  bool thaw_ PUSH_GUARDED_BY(mutex_) = false;
  std::atomic<bool> stopping_{false};
  std::atomic<int> made_{0};
  std::thread thread_;
};

}  // namespace push::test
