// The table of routes (gotify-spec 1.2).
#pragma once
#include <span>

#include "api/router.hpp"

namespace push::api {

std::span<const Route> routes();

}  // namespace push::api
