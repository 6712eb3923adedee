// /message and /application/:id/message (gotify-spec 1.5, 4).
#pragma once
#include "api/context.hpp"

namespace push::api {

// The head of the message path: bind, fill in, submit. The answer follows the commit, from the writer thread.
void create_message(Context& context);

net::Response list_messages(Context& context);
net::Response delete_message(Context& context);
net::Response list_application_messages(Context& context);

// The answer follows the last slice, from the store's purge thread.
void delete_messages(Context& context);
void delete_application_messages(Context& context);

}  // namespace push::api
