// The first user of an empty database, and the warning about a password that everybody knows. Called by main before
// anything listens; may block.
#pragma once
#include <string_view>

#include "push/config/config.hpp"
#include "push/core/result.hpp"
#include "push/store/store.hpp"

namespace push::api {

// Creates the configured default user if there is no user at all. Warns at every start while admin/admin opens the
// server and others than this machine can reach it. Errors name the key of config.yml, or are the store's.
core::Result<void> create_default_user(store::Store& store, const config::Config& config);

// Whether only this machine can connect to `server.listenaddr`: a loopback address or a unix socket.
bool is_loopback(std::string_view listen_address);

}  // namespace push::api
