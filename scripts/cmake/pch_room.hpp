// Precompiled once for the rooms (push_room). Every file still includes what it uses: the clang preset builds without
// precompiled headers.
#pragma once
#include "pch_standard.hpp"

#include <boost/system/result.hpp>
#include <spdlog/spdlog.h>
