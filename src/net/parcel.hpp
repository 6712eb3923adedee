// Parcels, the messages to a loop from other threads, and its inbox.
#pragma once
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/mutex.hpp"
#include "push/hub/hub.hpp"
#include "push/net/http.hpp"
#include "push/stream/message.hpp"

namespace push::net {

struct Revocation {  // stream::Courier::disconnect
  hub::Key key;
};
struct Answer {  // Reply::send
  std::uint64_t session;
  Response response;
};
struct BodyWanted {  // Reply::read_body
  std::uint64_t session;
  BodyLimit limit;
  std::shared_ptr<BodyReceiver> receiver;
};
struct Opening {  // Reply::stream
  std::uint64_t session;
  Request request;
  Admission admission;
};
using Order = core::Callback<void()>;  // start-up, shutdown, a descriptor accepted by another loop

// A stream::Message goes to its user's connections on this loop.
using Parcel = std::variant<stream::Message, Revocation, Answer, BodyWanted, Opening, Order>;

// One loop's inbox. Any thread adds, the loop takes all at once. Messages are bounded by the publisher's
// admission (stream::Courier::backlog), answers by the sessions that wait for them.
class Inbox {
 public:
  // True: the inbox was empty, so the loop must be woken.
  bool drop(Parcel parcel) {
    const core::Lock lock(mutex_);
    parcels_.push_back(std::move(parcel));
    return parcels_.size() == 1;
  }
  // Swaps the content with `empty`, whose capacity is reused.
  void take(std::vector<Parcel>& empty) {
    const core::Lock lock(mutex_);
    parcels_.swap(empty);
  }

 private:
  core::Mutex mutex_;
  std::vector<Parcel> parcels_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::net
