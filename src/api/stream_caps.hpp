// How many streams a user and a client address may have open (config server.stream.maxperuser, maxperaddress; off by
// default).
#pragma once
#include <memory>
#include <optional>

#include "push/config/config.hpp"
#include "push/core/address.hpp"
#include "push/core/ids.hpp"
#include "push/core/result.hpp"
#include "push/metrics/registry.hpp"

namespace push::api {

// Any thread; one leaf mutex.
class StreamCaps {
 public:
  StreamCaps(const config::Stream& settings, metrics::Registry& metrics);

  bool are_on() const { return state_ != nullptr; }
  // A place, given back when it is destroyed, even after this object's end. Error: throttled. The peer of a unix socket
  // has no address.
  core::Result<std::shared_ptr<const void>> take(core::UserId user, const std::optional<core::Address>& address);

 private:
  struct State;
  struct Place;

  std::shared_ptr<State> state_;  // null: off
};

}  // namespace push::api
