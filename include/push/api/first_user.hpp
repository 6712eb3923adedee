// The first user of an empty database, and the warning about the default password. Called by main before anything
// listens; may block.
#pragma once
#include <string_view>

#include "push/config/config.hpp"
#include "push/core/result.hpp"
#include "push/store/store.hpp"

namespace push::api {

// Creates the configured default user if there are no users. Warns at every start while that user, or `admin`, has the
// password `admin` or none, and the server can be reached from other machines. Errors name the key of config.yml, or
// are the store's.
core::Result<void> create_default_user(store::Store& store, const config::Config& config);

// Whether only this machine can connect to `server.listenaddr`: a loopback address or a unix socket.
bool is_loopback(std::string_view listen_address);

}  // namespace push::api
