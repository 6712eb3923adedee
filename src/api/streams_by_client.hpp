// How many streams each client of a user has open now.
#pragma once
#include <cstddef>
#include <map>

#include "push/core/ids.hpp"
#include "push/net/presence.hpp"

namespace push::api {

// Only those that have one; client 0 stands for the Basic sessions. Blocks: on a worker.
std::map<core::ClientId, std::size_t> streams_by_client(net::Presence& presence, core::UserId user);

}  // namespace push::api
