// What must hold before anything is opened, besides what is compiled anyway. Changes nothing.
#pragma once
#include "push/config/config.hpp"

namespace push {

// The folder `uidir`, if one is named, holds a page: better said now than to the first browser.
core::Result<void> check_web_interface(const config::Config& config);

}  // namespace push
