// What follows the commit of every change of an application, client or user. Any thread.
#pragma once
#include "push/auth/authenticator.hpp"
#include "push/core/ids.hpp"
#include "push/delivery/publisher.hpp"

namespace push::api {

// Those who may no longer listen: what is remembered of them is forgotten first, their streams are closed second. So a
// stream that was let in on old knowledge either is open by then and is closed here, or finds another epoch when it
// opens (net::StreamGate::opened). No client = the whole user, its Basic sessions included.
void revoke(auth::Authenticator& authenticator, delivery::Publisher& publisher, core::UserId user,
            core::ClientId client = {});

}  // namespace push::api
