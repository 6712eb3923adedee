// The one global: spdlog's default logger, set up once by main. Human-readable lines on stdout, as in Gotify.
// Never log a token, a password or a cookie: mask_token() for targets, Principal ids for people.
#pragma once
#include <spdlog/spdlog.h>

#include <string>
#include <string_view>

namespace push::core {

// level: trace debug info warn error fatal panic disabled (Gotify's words). False for any other word.
bool set_up_log(std::string_view level, bool colours);

// A request target as it may be logged: the value of every `token=` is [masked], even if the key is percent-encoded,
// and everything but printable ASCII is percent-encoded.
std::string mask_token(std::string_view target);

}  // namespace push::core
