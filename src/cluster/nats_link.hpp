// What libnats reports about a connection, on threads of its own, kept for the thread that uses the connection.
#pragma once
#include <string>

#include "cluster/outbox.hpp"
#include "push/core/mutex.hpp"
#include "push/metrics/registry.hpp"

namespace push::cluster {

class NatsLink {
 public:
  struct News {
    bool lost = false;    // it was lost since the last call
    bool look = false;    // it is up (again), and announcements may have been lost
    bool closed = false;  // libnats has given it up, or was told to close it
    std::string refused;  // what the server has refused since the last call, in its words; empty: nothing
  };

  NatsLink(Outbox& outbox, metrics::Counter& reconnects, metrics::Counter& slow)
      : outbox_(outbox), reconnects_(reconnects), slow_(slow) {}

  // ---- any thread
  void on_connected();  // for the first time
  void on_disconnected();
  void on_reconnected();
  void on_slow();
  void on_refused(std::string what);  // something, on a connection that is established
  void on_closed();
  bool is_connected() const;

  // ---- the user's thread
  News take();
  // Until libnats has made its last call.
  void wait_closed();

 private:
  Outbox& outbox_;
  metrics::Counter& reconnects_;
  metrics::Counter& slow_;
  mutable core::Mutex mutex_;
  core::Condition changed_;
  bool connected_ PUSH_GUARDED_BY(mutex_) = false;
  bool ended_ PUSH_GUARDED_BY(mutex_) = false;
  News news_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::cluster
