// What must hold before anything is opened, one named step each. They change nothing.
#pragma once
#include "push/config/config.hpp"

namespace push {

// Origin patterns and networks compile.
core::Result<void> check_origins(const config::Config& config);
core::Result<void> check_trusted_proxies(const config::Config& config);
// The folder `uidir`, if one is named, holds a page: better said now than to the first browser.
core::Result<void> check_web_interface(const config::Config& config);

}  // namespace push
