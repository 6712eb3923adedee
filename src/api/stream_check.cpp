#include "push/api/stream_check.hpp"

#include <algorithm>

namespace push::api {

StreamCheck::~StreamCheck() {
  stop();
}

void StreamCheck::start() {
  thread_ = core::Thread("stream-check", [this](const std::stop_token& stop) { run(stop); });
}

void StreamCheck::stop() {
  thread_.stop();
}

void StreamCheck::ask() {
  const core::Lock lock(mutex_);
  asked_ = true;
  wake_.notify_one();
}

void StreamCheck::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      const core::Lock lock(mutex_);
      while (!asked_ && !stop.stop_requested()) wake_.wait(mutex_, stop);
      asked_ = false;
    }
    std::optional<hub::Key> after;
    while (!stop.stop_requested() && look_at_slice(after, stop)) {
    }
  }
}

bool StreamCheck::look_at_slice(std::optional<hub::Key>& after, const std::stop_token& stop) {
  const auto online = presence_.online({.user = std::nullopt, .after = after, .most = kSlice});
  for (const net::OnlineKey& one : online) {
    if (!look_at(one.key, stop)) return false;
    after = one.key;
  }
  return online.size() == kSlice;
}

bool StreamCheck::look_at(hub::Key key, const std::stop_token& stop) {
  std::optional<bool> allowed = is_allowed(key);
  while (!allowed) {
    if (!core::sleep_for(stop, again_)) return false;
    allowed = is_allowed(key);
  }
  if (!*allowed) publisher_.disconnect({key.user, key.client});
  return true;
}

std::optional<bool> StreamCheck::is_allowed(hub::Key key) {
  if (key.client == core::ClientId{}) {
    const auto user = store_.find_user(key.user);
    return user ? std::optional(false) : std::nullopt;
  }
  const auto client = store_.find_client(key.client);
  if (!client) return std::nullopt;
  return *client ? (*client)->user == key.user : has_expired(key.client);
}

// Whether the client is still there, although it is invisible.
std::optional<bool> StreamCheck::has_expired(core::ClientId client) {
  const auto expired = store_.find_expired_clients(clock_());
  if (!expired) return std::nullopt;
  return std::any_of(expired->begin(), expired->end(),
                     [client](const store::OwnedClient& one) { return one.client == client; });
}

}  // namespace push::api
