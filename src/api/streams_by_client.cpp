#include "api/streams_by_client.hpp"

#include <limits>

namespace push::api {

std::map<core::ClientId, std::size_t> streams_by_client(net::Presence& presence, core::UserId user) {
  std::map<core::ClientId, std::size_t> counts;
  // All of them: a map of the clients that hold a stream is small beside the streams.
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  for (const net::OnlineKey& online : presence.online({.user = user, .after = {}, .most = kAll})) {
    for (const net::OpenStreams& open : online.streams) counts[online.key.client] += open.count;
  }
  return counts;
}

}  // namespace push::api
