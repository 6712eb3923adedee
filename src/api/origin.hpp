// The parts of an Origin header.
#pragma once
#include <string_view>

namespace push::api {

// Host with port, "" if the origin has none (`null`, say).
std::string_view origin_host(std::string_view origin);
// The host of `host[:port]`, without the brackets of an IPv6 address.
std::string_view host_name(std::string_view host);

}  // namespace push::api
