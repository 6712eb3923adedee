// The one global: spdlog's default logger, set up once by main. Human console lines on stdout, as Gotify's.
// Never log a token, a password or a cookie: mask_token() for targets, Principal ids for people.
#pragma once
#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

namespace push::core {

// level: trace debug info warn error fatal panic disabled (Gotify's words). False if it is none of them.
bool set_up_log(std::string_view level, bool colours);

// A request target as it may be logged: the value of every `token=` is [masked], however the key is percent-encoded,
// and what is not printable ASCII is percent-encoded.
std::string mask_token(std::string_view target);

}  // namespace push::core
