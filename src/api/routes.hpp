// The table of routes (gotify-spec 1.2).
#pragma once
#include <span>

#include "push/api/router.hpp"

namespace push::api {

std::span<const Route> routes();

}  // namespace push::api
