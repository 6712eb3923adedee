#include "api/stream_caps.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "push/core/mutex.hpp"

namespace push::api {
namespace {

constexpr std::chrono::seconds kRetryAfter{60};  // a place becomes free when somebody else leaves

using Counts = std::unordered_map<std::string, std::size_t>;

void leave(Counts& counts, const std::string& key) {
  const auto found = counts.find(key);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

bool is_full(const Counts& counts, const std::string& key, std::size_t most) {
  const auto found = counts.find(key);
  return most > 0 && found != counts.end() && found->second >= most;
}

metrics::Counter& refused(metrics::Registry& metrics, std::string_view by) {
  return metrics.counter("push_streams_refused_total", "Streams beyond the number that one may have.",
                         "by=\"" + std::string(by) + "\"");
}

core::Error too_many_streams(std::string_view whose, std::string_view key) {
  return core::throttled(kRetryAfter,
                         "too many open streams of this " + std::string(whose) + ", the limit is " + std::string(key));
}

}  // namespace

struct StreamCaps::State {
  State(std::size_t of_user, std::size_t of_address, metrics::Registry& metrics)
      : per_user(of_user),
        per_address(of_address),
        refused_users(refused(metrics, "user")),
        refused_addresses(refused(metrics, "address")) {}

  const std::size_t per_user;
  const std::size_t per_address;
  metrics::Counter& refused_users;
  metrics::Counter& refused_addresses;
  core::Mutex mutex;
  Counts users PUSH_GUARDED_BY(mutex);
  Counts addresses PUSH_GUARDED_BY(mutex);
};

struct StreamCaps::Place {
  Place(std::shared_ptr<State> from, std::string whose, std::string where)
      : state(std::move(from)), user(std::move(whose)), address(std::move(where)) {}
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    const core::Lock lock(state->mutex);
    leave(state->users, user);
    leave(state->addresses, address);
  }

  const std::shared_ptr<State> state;
  const std::string user;
  const std::string address;  // "" = none
};

StreamCaps::StreamCaps(const config::Stream& settings, metrics::Registry& metrics) {
  if (settings.maxperuser == 0 && settings.maxperaddress == 0) return;
  state_ = std::make_shared<State>(settings.maxperuser, settings.maxperaddress, metrics);
}

core::Result<std::shared_ptr<const void>> StreamCaps::take(core::UserId user,
                                                           const std::optional<core::Address>& address) {
  std::string whose = std::to_string(core::value(user));
  std::string where = address ? address->site() : std::string();
  {
    const core::Lock lock(state_->mutex);
    if (is_full(state_->users, whose, state_->per_user)) {
      state_->refused_users.add();
      return too_many_streams("user", "server.stream.maxperuser");
    }
    if (address && is_full(state_->addresses, where, state_->per_address)) {
      state_->refused_addresses.add();
      return too_many_streams("address", "server.stream.maxperaddress");
    }
    ++state_->users[whose];
    ++state_->addresses[where];
  }
  return std::shared_ptr<const void>(std::make_shared<const Place>(state_, std::move(whose), std::move(where)));
}

}  // namespace push::api
